import { STATUS_CODES, type ServerResponse } from 'node:http';
import { HttpException, Inject, Injectable, Logger, RequestMethod, type OnModuleInit } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost } from '@nestjs/core';
import type { Inngest } from 'inngest';
import type { Clock } from '../../clock/index.js';
import type { BodyReader } from '../../common/bodies/index.js';
import { messageOf, stackOf } from '../../common/error-text.js';
import { UNSERVED_FUNCTION } from '../../common/unserved-function.js';
import { InngestApp } from '../definition/inngest-app.js';
import { InngestApps } from '../discovery/inngest-apps.js';
import { InngestFunctions } from '../discovery/inngest-functions.js';
import { InvalidCallError } from '../errors/invalid-call.error.js';
import { MovedEndpointError } from '../errors/moved-endpoint.error.js';
import { UnreadableBodyError } from '../errors/unreadable-body.error.js';
import { UnsignedCallError } from '../errors/unsigned-call.error.js';
import { UnsupportedPlatformError } from '../errors/unsupported-platform.error.js';
import {
  INNGEST_BODIES,
  INNGEST_CLIENT,
  INNGEST_CLOCK,
  INNGEST_LOG_CONTEXT,
} from '../definition/inngest.constants.js';
import { calledByConnection, notServed } from '../definition/inngest.messages.js';
import type { InngestModuleOptions } from '../definition/inngest-module-options.js';
import { INNGEST_MODULE_OPTIONS } from '../definition/inngest.module-definition.js';
import { OwnAddress } from '../registration/own-address.js';
import { SyncObserver } from '../registration/sync-observer.js';
import { queryOf, type EndpointRequest } from './endpoint-request.js';
import { mount, platformOf } from './mount.js';
import { assertInngestCall } from './assert-inngest-call.js';
import { OpenCalls } from './open-calls.js';
import { NestCommHandler } from './nest-comm-handler.js';
import { readJsonBody } from './read-json-body.js';
import { signatureProblem } from './signature-problem.js';

type Serve = (request: EndpointRequest, response: ServerResponse) => Promise<unknown>;

/**
 * Answers Inngest's requests to the app's path.
 *
 * It is mounted as soon as Nest has an HTTP adapter, before Nest adds its body parser and before anything of the host
 * application, so it comes first in the Express or Fastify stack. Its own body limit therefore applies, not that of the
 * application's `bodyParser`, and no global guard, pipe, interceptor, filter, parser or middleware can refuse, change
 * or wrap a call. A route in Nest's router would come after all global enhancers. Only `endpointGuards` run before the
 * endpoint. The controller of {@link createInngestController} is its entry in the route table. Apps with `connect` or
 * `sendOnly` have no endpoint.
 *
 * Calls of functions (POST) run inside {@link Clock.serving}: a virtual clock in a test advances only while every open
 * call waits on that clock.
 */
@Injectable()
export class InngestEndpoint implements OnModuleInit {
  private readonly logger = new Logger(INNGEST_LOG_CONTEXT);
  private serveRequest: Serve | undefined;

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly application: ApplicationConfig,
    private readonly app: InngestApp,
    private readonly apps: InngestApps,
    private readonly functions: InngestFunctions,
    private readonly syncs: SyncObserver,
    private readonly address: OwnAddress,
    private readonly openCalls: OpenCalls,
    @Inject(INNGEST_CLIENT) private readonly client: Inngest,
    @Inject(INNGEST_CLOCK) private readonly clock: Clock,
    @Inject(INNGEST_BODIES) private readonly bodies: BodyReader,
    @Inject(INNGEST_MODULE_OPTIONS) private readonly options: InngestModuleOptions,
  ) {
    this.host.init$.subscribe(() => this.mount());
  }

  /**
   * @throws Error if the functions are invalid, or if the endpoint cannot be served at its path; the message names the
   * cause
   */
  onModuleInit(): void {
    this.apps.assertDistinct();
    const functions = this.functions.all;
    const { path } = this.app;
    if (path === undefined) return;
    this.assertPlatform();
    this.assertNotMoved(path);
    const handler = new NestCommHandler({ client: this.client, functions, path, address: this.address });
    this.serveRequest = handler.createHandler();
  }

  /** Answers one request; never rejects. */
  async handle(request: EndpointRequest, response: ServerResponse): Promise<void> {
    if (this.app.path === undefined) {
      // With `forRootAsync`, Nest creates the route before it reads the options.
      answerJson(response, 404, {
        statusCode: 404,
        error: 'Not Found',
        message: this.app.transport === 'connect' ? calledByConnection() : 'This app only sends events.',
      });
      return;
    }
    if (request.method === 'POST') this.openCalls.add(response);
    try {
      await this.read(request, response);
      await this.serve(request, response);
    } catch (error) {
      this.refuse(response, error);
    }
  }

  /**
   * Reads the body of a call or a sync. If the app has a signing key, it reads only the bodies of requests with a
   * signature. An unsigned sync gets an empty body and may still register the functions, because the SDK needs no body
   * for that.
   */
  private async read(request: EndpointRequest, response: ServerResponse): Promise<void> {
    // The SDK refuses other methods.
    if (!['POST', 'PUT', 'GET'].includes(request.method ?? '')) return;
    const problem = this.options.signingKey === undefined ? undefined : signatureProblem(request);
    if (request.method !== 'POST') {
      if (problem === undefined) await readJsonBody(this.bodies, request, response);
      else request.body = {};
      return;
    }
    if (problem !== undefined) throw new UnsignedCallError(problem);
    await readJsonBody(this.bodies, request, response);
    assertInngestCall(request);
  }

  private serve(request: EndpointRequest, response: ServerResponse): Promise<unknown> {
    const serve = this.serveRequest;
    if (!serve) throw new Error('the application has not been initialised yet');
    if (request.method === 'POST' && !this.serves(request)) response.setHeader(UNSERVED_FUNCTION, 'true');
    const work = (): Promise<unknown> => serve(request, response);
    if (request.method === 'POST') return this.clock.serving(request.headers, work);
    return request.method === 'PUT' ? this.syncs.during(work) : work();
  }

  /** Whether this process serves the called function, or the function of the called failure handler. */
  private serves(request: EndpointRequest): boolean {
    const called = new URLSearchParams(queryOf(request)).get('fnId') ?? '';
    return this.functions.ids.some((id) => {
      const own = `${this.client.id}-${id}`;
      return called === own || called === `${own}-failure`;
    });
  }

  private refuse(response: ServerResponse, error: unknown): void {
    if (error instanceof UnsignedCallError) {
      this.logger.error(`Signature validation failed: ${error.message}`);
      // The SDK gives the same answer to a signature that was made with another key.
      answerJson(response, 401, { message: 'Unauthorized' });
      return;
    }
    const status = statusOf(error);
    const message = messageOf(error);
    this.logger.error(
      notServed(this.app.path ?? '', status, message),
      // Without the stack for an error of the caller.
      status >= 500 && error instanceof Error ? stackOf(error) : undefined,
    );
    if (response.headersSent) {
      response.end();
      return;
    }
    answerJson(response, status, { statusCode: status, error: STATUS_CODES[status], message });
  }

  private mount(): void {
    const { path } = this.app;
    const { httpAdapter } = this.host;
    if (path === undefined || platformOf(httpAdapter) === undefined) return;
    mount(httpAdapter, {
      path,
      guards: this.options.endpointGuards ?? [],
      handle: (request, response) => this.handle(request, response),
      refuse: (response, error) => this.refuse(response, error),
    });
  }

  private assertPlatform(): void {
    const { httpAdapter } = this.host;
    // A standalone application context has no adapter and serves nothing.
    if (httpAdapter && platformOf(httpAdapter) === undefined) {
      throw new UnsupportedPlatformError(httpAdapter.getType());
    }
  }

  private assertNotMoved(path: string): void {
    const prefix = this.application.getGlobalPrefix();
    // The prefix "/" changes no path.
    if (!prefix || prefix === '/') return;
    const rules = this.application.getGlobalPrefixOptions().exclude ?? [];
    const excluded = [RequestMethod.GET, RequestMethod.POST, RequestMethod.PUT].every((method) =>
      rules.some(
        ({ requestMethod, pathRegex }) =>
          (requestMethod === RequestMethod.ALL || requestMethod === method) && pathRegex.test(path),
      ),
    );
    if (!excluded) throw new MovedEndpointError(prefix, path);
  }
}

/** The status of a refusal. Endpoint guards may throw Nest's exceptions. */
function statusOf(error: unknown): number {
  if (error instanceof UnreadableBodyError || error instanceof InvalidCallError) return error.status;
  return error instanceof HttpException ? error.getStatus() : 500;
}

function answerJson(response: ServerResponse, status: number, body: object): void {
  response.statusCode = status;
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.end(JSON.stringify(body));
}
