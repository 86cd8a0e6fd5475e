import { HttpException } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import { Clock, holdWhileOpen } from '../clock/index.js';
import { guardRequests, jsonOnly, securityHeaders } from '../guards/index.js';
import { guardRulesOf } from './access/guard-rules.js';
import { failedDirectly, serveDirectly } from './api/direct-routes.js';
import { singleParameters } from './api/single-parameters.js';
import { EmbeddedOptions } from './settings/embedded-options.js';

/**
 * The paths at which a body may have any content type. Events are read as JSON whatever their type says, workers that
 * connect send protobuf, published messages may be any text, and the traces endpoint answers 501 to everything.
 */
const ANY_TYPE = ['/e', '/v0/connect', '/v1/realtime/publish', '/v1/traces/userland'];

/** Requests that must not hold the clock while they are open: they move it, wait for runs, or watch for changes. */
const LONG_REQUESTS = /^\/(api\/v2\/(clock|changes)|mcp)(\/|$)/i;

/** Adds the middleware that runs before the controllers. `BodiesModule` reads the bodies after the guards. */
export function setUpEmbedded(app: NestExpressApplication): void {
  // Express would hash every answer, and write its headers and its body separately.
  app.disable('etag');
  const options = app.get(EmbeddedOptions);
  const kind = options.signingKey ? 'cloud' : 'dev';
  const setKind = (_request: Request, response: Response, next: NextFunction): void => {
    response.setHeader('x-inngest-server-kind', kind);
    next();
  };
  const rules = guardRulesOf(options);
  const headers = [setKind, securityHeaders('nothing')];
  serveDirectly(app, rules, headers);
  app.use(...headers, failedDirectly, guardRequests(rules, refused));
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
