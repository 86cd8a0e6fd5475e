import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Sessions } from '../access/sessions.js';
import { Takes } from '../api/shared/known-parameters.js';
import { PageFiles, type Page } from './page-files.js';

/**
 * Serves the dashboard: a page that asks the server's HTTP API, as anybody could, and nothing else. Where the API asks for
 * the signing key, people log in first; the page never has the key. Its files hold no secret, and are for everybody.
 */
@Controller()
export class DashboardController {
  private read: PageFiles | undefined;

  constructor(private readonly sessions: Sessions) {}

  /** Read when somebody looks for the first time: most servers start for a test that nobody watches. */
  private get files(): PageFiles {
    return (this.read ??= new PageFiles());
  }

  @Get()
  page(@Req() { headers }: Request, @Res() response: Response): void {
    const { html, contentSecurityPolicy } = this.pageFor(headers.cookie);
    response
      .setHeader('content-security-policy', contentSecurityPolicy)
      .setHeader('cache-control', 'no-cache')
      .setHeader('vary', 'cookie')
      .type('html')
      .send(html);
  }

  private pageFor(cookies: string | undefined): Page {
    if (!this.sessions.areRequired) return this.files.dashboard;
    return this.sessions.of(cookies) ? this.files.dashboardWithLogOut : this.files.login;
  }

  /** Where the Dev Server has the page of a run; links made for the one lead to the other. */
  @Get('run')
  @Takes({ query: ['runID'] })
  run(@Query('runID') runId: string | undefined, @Res() response: Response): void {
    response.redirect(runId === undefined ? '/' : `/#/runs/${encodeURIComponent(runId)}`);
  }

  @Get('dashboard/:version/*path')
  file(@Param('version') version: string, @Param('path') path: string[], @Res() response: Response): void {
    const file = this.files.get(version, path.join('/'));
    if (!file) {
      response.status(404).type('text/plain').send('There is no such file. Reload the dashboard.\n');
      return;
    }
    response
      .setHeader('cache-control', 'public, max-age=31536000, immutable')
      .setHeader('content-type', file.type)
      .send(file.body);
  }
}
