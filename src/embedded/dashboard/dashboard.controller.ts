import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Sessions } from '../access/sessions.js';
import { Takes } from '../api/shared/known-parameters.js';
import { PageFiles, type Page } from './page-files.js';

/**
 * Serves the dashboard: a page that uses only the server's public HTTP API. If the server has a signing key, people must log
 * in first; the page never gets the key. Its files contain no secret, so everybody may read them.
 */
@Controller()
export class DashboardController {
  private read: PageFiles | undefined;

  constructor(private readonly sessions: Sessions) {}

  /** Read on the first request, because most servers are started by tests that never open the dashboard. */
  private get files(): PageFiles {
    return (this.read ??= new PageFiles());
  }

  @Get()
  page(@Req() { headers }: Request, @Res() response: Response): void {
    const { html, etag, contentSecurityPolicy } = this.pageFor(headers.cookie);
    response
      .setHeader('content-security-policy', contentSecurityPolicy)
      .setHeader('cache-control', 'no-cache')
      .setHeader('etag', etag)
      .setHeader('vary', 'cookie')
      .type('html')
      .send(html);
  }

  private pageFor(cookies: string | undefined): Page {
    if (!this.sessions.areRequired) return this.files.dashboard;
    return this.sessions.of(cookies) ? this.files.dashboardWithLogOut : this.files.login;
  }

  /** Redirects to the page of a run. The Dev Server has the page at this path, so links for it work here too. */
  @Get('run')
  @Takes({ query: ['runID'] })
  run(@Query('runID') runId: string | undefined, @Res() response: Response): void {
    response.redirect(runId === undefined ? '/' : `/#/runs/${encodeURIComponent(runId)}`);
  }

  @Get('dashboard/:version/*path')
  file(@Param('version') version: string, @Param('path') path: string[], @Res() response: Response): void {
    const file = this.files.get(version, path.join('/'));
    if (!file) {
      response.status(404).type('text/plain').send('This file does not exist. Reload the dashboard.\n');
      return;
    }
    response
      .setHeader('cache-control', 'public, max-age=31536000, immutable')
      .setHeader('content-type', file.type)
      .send(file.body);
  }
}
