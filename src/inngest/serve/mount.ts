import type { ServerResponse } from 'node:http';
import type { HttpAdapterHost } from '@nestjs/core';
import type { EndpointGuard } from '../definition/endpoint-guard.js';
import type { EndpointRequest } from './endpoint-request.js';

/** The platforms that Nest brings, by their adapters' own names. */
export type Platform = 'express' | 'fastify';

type HttpAdapter = HttpAdapterHost['httpAdapter'];

export interface Mounted {
  /** As {@link pathOf} gives it. */
  readonly path: string;
  readonly guards: readonly EndpointGuard[];
  /** Answers a request; never rejects. */
  readonly handle: (request: EndpointRequest, response: ServerResponse) => Promise<void>;
  /** Answers a request that a guard refused with an error, where the platform does not. */
  readonly refuse: (response: ServerResponse, error: unknown) => void;
}

/** The part of an Express application that is used here, so that its types need not be installed. */
interface ExpressApp {
  all(path: string, ...handlers: unknown[]): unknown;
}

/** The same of a Fastify instance. */
interface FastifyApp {
  addHook(
    name: 'onRequest',
    hook: (request: { raw: EndpointRequest }, reply: FastifyReply, done: () => void) => void,
  ): unknown;
}

interface FastifyReply {
  raw: ServerResponse;
  hijack(): unknown;
}

/** The platform of an adapter; undefined for any other. */
export function platformOf(adapter: HttpAdapter | undefined): Platform | undefined {
  const type = adapter?.getType();
  return type === 'express' || type === 'fastify' ? type : undefined;
}

/** Puts the endpoint in front of everything else that the adapter's application does with requests for its path. */
export function mount(adapter: HttpAdapter, endpoint: Mounted): void {
  if (platformOf(adapter) === 'express') onExpress(adapter.getInstance(), endpoint);
  else onFastify(adapter.getInstance(), endpoint);
}

function onExpress(app: ExpressApp, { path, guards, handle }: Mounted): void {
  app.all(path, ...guards, handle);
}

/**
 * The first `onRequest` hook sees a request before Fastify reads its body, and takes it over from there: no parser and no
 * other hook of the application runs for it.
 */
function onFastify(app: FastifyApp, { path, guards, handle, refuse }: Mounted): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (!isFor(path, request.raw)) {
      done();
      return;
    }
    reply.hijack();
    const { raw } = reply;
    passGuards(guards, request.raw, raw, (error) => {
      if (error === undefined) void handle(request.raw, raw);
      else refuse(raw, error);
    });
  });
}

/** Whether a request is for this path, with or without a trailing slash, as Express matches it. */
function isFor(path: string, { url = '' }: EndpointRequest): boolean {
  const [asked = ''] = url.split('?', 1);
  return asked === path || asked === `${path}/`;
}

function passGuards(
  guards: readonly EndpointGuard[],
  request: EndpointRequest,
  response: ServerResponse,
  done: (error?: unknown) => void,
): void {
  const [guard, ...others] = guards;
  if (!guard) {
    done();
    return;
  }
  try {
    guard(request, response, (error) => {
      if (error === undefined || error === null) passGuards(others, request, response, done);
      else done(error);
    });
  } catch (error) {
    done(error);
  }
}
