import { HttpException, type INestApplication } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { Clock, holdWhileOpen } from '../clock/index.js';
import { guardRequests, jsonOnly, securityHeaders } from '../guards/index.js';
import { guardRulesOf } from './access/guard-rules.js';
import { singleParameters } from './api/single-parameters.js';
import { EmbeddedOptions } from './settings/embedded-options.js';

/**
 * Where bodies may be of any type: events are JSON under whatever type, workers that connect send protobuf, what is
 * published may be any text, and what cannot be done is refused for that.
 */
const ANY_TYPE = ['/e', '/v0/connect', '/v1/realtime/publish', '/v1/traces/userland'];

/** Requests that stay open while time passes: whoever moves the clock or waits for runs, and whoever watches. */
const LONG_REQUESTS = /^\/(api\/v2\/(clock|changes)|mcp)(\/|$)/i;

/** What stands before the controllers: who is answered. Bodies are read after the guards, by `BodiesModule`. */
export function setUpEmbedded(app: INestApplication): void {
  const options = app.get(EmbeddedOptions);
  const kind = options.signingKey ? 'cloud' : 'dev';
  app.use((_request: Request, response: Response, next: NextFunction) => {
    response.setHeader('x-inngest-server-kind', kind);
    next();
  });
  app.use(securityHeaders('nothing'), guardRequests(guardRulesOf(options), refused));
  app.use(
    holdWhileOpen(
      app.get(Clock),
      ({ headers, path }) => headers.accept === 'text/event-stream' || LONG_REQUESTS.test(path),
    ),
  );
  app.use(singleParameters);
  app.use(jsonOnly(ANY_TYPE));
}

function refused(error: string): HttpException {
  return new HttpException({ error, status: 403 }, 403);
}
