import type { ServerResponse } from 'node:http';
import type { HttpAdapterHost } from '@nestjs/core';
import type { EndpointGuard } from '../definition/endpoint-guard.js';
import type { EndpointRequest } from './endpoint-request.js';

/** The platforms that Nest supports, by the names that their adapters report. */
export type Platform = 'express' | 'fastify';

type HttpAdapter = HttpAdapterHost['httpAdapter'];

export interface Mounted {
  /** The path as {@link pathOf} returns it. */
  readonly path: string;
  readonly guards: readonly EndpointGuard[];
  /** Answers a request; never rejects. */
  readonly handle: (request: EndpointRequest, response: ServerResponse) => Promise<void>;
  /**
   * Answers a request for which a guard passed or threw an error. Only used on Fastify; Express handles the error
   * itself.
   */
  readonly refuse: (response: ServerResponse, error: unknown) => void;
}

/** The part of an Express application that this file uses. Applications need not install Express's types. */
interface ExpressApp {
  all(path: string, ...handlers: unknown[]): unknown;
}

/** The part of a Fastify instance that this file uses. */
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

/** The platform of an adapter; undefined for an unsupported one. */
export function platformOf(adapter: HttpAdapter | undefined): Platform | undefined {
  const type = adapter?.getType();
  return type === 'express' || type === 'fastify' ? type : undefined;
}

/** Mounts the endpoint before everything else that the adapter's application does with requests to its path. */
export function mount(adapter: HttpAdapter, endpoint: Mounted): void {
  if (platformOf(adapter) === 'express') onExpress(adapter.getInstance(), endpoint);
  else onFastify(adapter.getInstance(), endpoint);
}

function onExpress(app: ExpressApp, { path, guards, handle }: Mounted): void {
  app.all(path, ...guards, handle);
}

/**
 * The first `onRequest` hook gets a request before Fastify reads its body, and answers it. No parser and no other hook
 * of the application runs for it.
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

/** Whether a request is for this path, with or without a trailing slash. Express matches paths in the same way. */
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
