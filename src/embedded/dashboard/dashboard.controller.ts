import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Takes } from '../api/shared/known-parameters.js';
import { EmbeddedOptions, hasDashboard } from '../settings/embedded-options.js';
import { PageFiles } from './page-files.js';

const OFF =
  'The dashboard is off, because a signing key is set: it asks the API as anybody on this machine may, ' +
  'and the API then answers only those who show the key. Unset INNGEST_SIGNING_KEY to see it.\n';

/**
 * Serves the dashboard: a page that asks the server's HTTP API, as anybody could, and nothing else. Whoever needs the
 * signing key for the API cannot have it in a page, so with one the page is off.
 */
@Controller()
export class DashboardController {
  private read: PageFiles | undefined;

  constructor(private readonly options: EmbeddedOptions) {}

  /** Read when somebody looks for the first time: most servers start for a test that nobody watches. */
  private get files(): PageFiles {
    return (this.read ??= new PageFiles());
  }

  @Get()
  page(@Res() response: Response): void {
    if (!hasDashboard(this.options)) {
      response.status(404).type('text/plain').send(OFF);
      return;
    }
    response
      .setHeader('content-security-policy', this.files.contentSecurityPolicy)
      .setHeader('cache-control', 'no-cache')
      .type('html')
      .send(this.files.index);
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
