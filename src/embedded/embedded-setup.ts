import { HttpException, type INestApplication } from '@nestjs/common';
import express, { type Request } from 'express';
import { Clock, holdWhileOpen } from '../clock/index.js';
import { guardRequests, jsonOnly, securityHeaders } from '../guards/index.js';
import { guardRulesOf } from './access/guard-rules.js';
import { readableJson } from '../common/readable-json.js';
import { singleParameters } from './api/single-parameters.js';
import { EmbeddedOptions } from './settings/embedded-options.js';

/** A batch of events, each up to 3 MiB. */
const EVENTS_LIMIT = '64mb';
/** Checkpoints carry step results, up to 4 MiB each and 32 MiB in all. */
const JSON_LIMIT = '48mb';

/** What is published at once, as on Inngest 1.43. */
const PUBLISH_LIMIT = '512kb';

/**
 * Where bodies may be of any type: events are JSON under whatever type, what is published may be any text, and what
 * cannot be done is refused for that.
 */
const ANY_TYPE = ['/e', '/v1/realtime/publish', '/v1/traces/userland'];

/** What stands before the controllers: who is answered, and how bodies are read. */
export function setUpEmbedded(app: INestApplication): void {
  const options = app.get(EmbeddedOptions);
  const kind = options.signingKey ? 'cloud' : 'dev';
  app.use((_request: Request, response: express.Response, next: express.NextFunction) => {
    response.setHeader('x-inngest-server-kind', kind);
    next();
  });
  app.use(securityHeaders('nothing'), guardRequests(guardRulesOf(options), refused));
  app.use(holdWhileOpen(app.get(Clock), (request) => request.headers.accept === 'text/event-stream'));
  app.use(singleParameters);
  app.use('/e', express.raw({ type: () => true, limit: EVENTS_LIMIT }));
  // What is published may be any text; a stream is read as it comes.
  app.use('/v1/realtime/publish', express.raw({ type: isNoStream, limit: PUBLISH_LIMIT }));
  app.use(
    jsonOnly(ANY_TYPE),
    express.json({ limit: JSON_LIMIT, type: ['json', '+json'], verify: readableJson() }),
  );
}

function refused(error: string): HttpException {
  return new HttpException({ error, status: 403 }, 403);
}

function isNoStream(request: { headers: { 'content-type'?: string } }): boolean {
  return request.headers['content-type'] !== 'text/stream';
}
