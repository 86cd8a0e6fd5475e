import type { INestApplication } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { Clock, holdWhileOpen } from '../clock/index.js';
import { localOnly } from './access/local-only.js';
import { jsonOnly } from '../common/json-only.js';
import { singleParameters } from './api/single-parameters.js';
import { EmbeddedOptions } from './settings/embedded-options.js';

/**
 * Where bodies may be of any type: events are JSON under whatever type, what is published may be any text, and what
 * cannot be done is refused for that.
 */
const ANY_TYPE = ['/e', '/v1/realtime/publish', '/v1/traces/userland'];

/** What stands before the controllers: who is answered. Bodies are read after the guards, by `BodiesModule`. */
export function setUpEmbedded(app: INestApplication): void {
  const { host, signingKey } = app.get(EmbeddedOptions);
  const kind = signingKey ? 'cloud' : 'dev';
  app.use((_request: Request, response: Response, next: NextFunction) => {
    response.setHeader('x-inngest-server-kind', kind);
    next();
  });
  app.use(localOnly(host));
  app.use(holdWhileOpen(app.get(Clock), (request) => request.headers.accept === 'text/event-stream'));
  app.use(singleParameters);
  app.use(jsonOnly(ANY_TYPE));
}
