import type { ServerResponse } from 'node:http';
import { Controller, Get, Post, Put, Req, Res, VERSION_NEUTRAL, type Type } from '@nestjs/common';
import { INNGEST_PATH } from '../definition/inngest.constants.js';
import type { EndpointRequest } from './endpoint-request.js';
import { InngestEndpoint } from './inngest-endpoint.js';

/** Fastify wraps Node's request and response; Express extends them. */
type Wrapped<T> = T | { raw: T; hijack?: () => void };

/**
 * A controller for one app: its endpoint in Nest's route table, for the list of routes at start, Devtools and OpenAPI.
 * {@link InngestEndpoint} answers requests before they reach it, except those that middleware of the host application
 * redirected here from another URL. Each app has a separate class, because the path of a class is fixed.
 */
export function createInngestController(): Type {
  @Controller({ path: INNGEST_PATH, version: VERSION_NEUTRAL })
  class InngestController {
    constructor(private readonly endpoint: InngestEndpoint) {}

    /** Describes this app to Inngest: the number of its functions, and its mode. */
    @Get()
    inspect(
      @Req() request: Wrapped<EndpointRequest>,
      @Res() response: Wrapped<ServerResponse>,
    ): Promise<void> {
      return answer(this.endpoint, request, response);
    }

    /** Executes a function, or one step of it. */
    @Post()
    call(@Req() request: Wrapped<EndpointRequest>, @Res() response: Wrapped<ServerResponse>): Promise<void> {
      return answer(this.endpoint, request, response);
    }

    /** Registers this app's functions with Inngest. */
    @Put()
    sync(@Req() request: Wrapped<EndpointRequest>, @Res() response: Wrapped<ServerResponse>): Promise<void> {
      return answer(this.endpoint, request, response);
    }
  }
  return InngestController;
}

/** Sets the path of an app's controller to that of its options. Nest reads it when all providers exist. */
export function routeAt(controller: Type, path: string): void {
  Controller({ path, version: VERSION_NEUTRAL })(controller);
}

async function answer(
  endpoint: InngestEndpoint,
  request: Wrapped<EndpointRequest>,
  response: Wrapped<ServerResponse>,
): Promise<void> {
  const raw = 'raw' in request ? request.raw : request;
  // A parser of the host application has already read the body.
  if ('raw' in request) raw.body = (request as { body?: unknown }).body;
  if ('raw' in response) response.hijack?.();
  await endpoint.handle(raw, 'raw' in response ? response.raw : response);
}
