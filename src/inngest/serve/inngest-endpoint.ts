import { STATUS_CODES } from 'node:http';
import { Inject, Injectable, Logger, RequestMethod, type OnModuleInit } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost } from '@nestjs/core';
import type { Express, Request, Response } from 'express';
import type { Inngest } from 'inngest';
import type { Clock } from '../../clock/index.js';
import type { BodyReader } from '../../common/bodies/index.js';
import { messageOf, stackOf } from '../../common/error-text.js';
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
  INNGEST_PATH,
} from '../definition/inngest.constants.js';
import { notServed } from '../definition/inngest.messages.js';
import type { InngestModuleOptions } from '../definition/inngest-module-options.js';
import { INNGEST_MODULE_OPTIONS } from '../definition/inngest.module-definition.js';
import { OwnAddress } from '../registration/own-address.js';
import { SyncObserver } from '../registration/sync-observer.js';
import { mustBeCall } from './must-be-call.js';
import { NestCommHandler } from './nest-comm-handler.js';
import { readJsonBody } from './read-json-body.js';
import { signatureProblem } from './signature-problem.js';

type Serve = (request: Request, response: Response) => Promise<unknown>;

/**
 * Answers Inngest at {@link INNGEST_PATH}.
 *
 * It stands in front of the application's whole Express stack, since it is put there the moment there is an HTTP
 * adapter, before Nest adds its body parser and anything of the host application. Hence its own body limit counts,
 * whatever `bodyParser` the application was created with, and no global guard, pipe, interceptor, filter, parser or
 * Express middleware can refuse, change or wrap a call. Nest's router could not promise that: its global enhancers
 * come before every route. What shall come before it is named in `endpointGuards`. {@link InngestController} is the
 * endpoint's entry in the route table.
 *
 * Calls of functions (POST) run inside {@link Clock.serving}: in tests a virtual clock moves on only when every call
 * in flight is itself waiting on it.
 */
@Injectable()
export class InngestEndpoint implements OnModuleInit {
  private readonly logger = new Logger(INNGEST_LOG_CONTEXT);
  private serveRequest: Serve | undefined;

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly application: ApplicationConfig,
    private readonly functions: InngestFunctions,
    private readonly syncs: SyncObserver,
    private readonly address: OwnAddress,
    @Inject(INNGEST_CLIENT) private readonly client: Inngest,
    @Inject(INNGEST_CLOCK) private readonly clock: Clock,
    @Inject(INNGEST_BODIES) private readonly bodies: BodyReader,
    @Inject(INNGEST_MODULE_OPTIONS) private readonly options: InngestModuleOptions,
  ) {
    this.host.init$.subscribe(() => this.mount());
  }

  /** @throws Error naming the culprit when the functions, or where they would be served, make no sense */
  onModuleInit(): void {
    this.assertExpress();
    this.assertNotMoved();
    this.serveRequest = new NestCommHandler({
      client: this.client,
      functions: this.functions.all,
      address: this.address,
    }).createHandler();
  }

  /** Answers one request; never rejects. */
  async handle(request: Request, response: Response): Promise<void> {
    try {
      await this.read(request, response);
      await this.serve(request, response);
    } catch (error) {
      this.refuse(response, error);
    }
  }

  /**
   * Reads the body of a call or a sync, once the request has shown a signature where one is needed. An unsigned sync may
   * still have the functions registered: the SDK needs no body for that.
   */
  private async read(request: Request, response: Response): Promise<void> {
    // Other methods are refused by the SDK.
    if (!['POST', 'PUT', 'GET'].includes(request.method)) return;
    const problem = this.options.signingKey === undefined ? undefined : signatureProblem(request);
    if (request.method !== 'POST') {
      if (problem === undefined) await readJsonBody(this.bodies, request, response);
      else request.body = {};
      return;
    }
    if (problem !== undefined) throw new UnsignedCallError(problem);
    await readJsonBody(this.bodies, request, response);
    mustBeCall(request);
  }

  private serve(request: Request, response: Response): Promise<unknown> {
    const serve = this.serveRequest;
    if (!serve) throw new Error('the application has not been initialised yet');
    const work = (): Promise<unknown> => serve(request, response);
    if (request.method === 'POST') return this.clock.serving(request.headers, work);
    return request.method === 'PUT' ? this.syncs.during(work) : work();
  }

  private refuse(response: Response, error: unknown): void {
    if (error instanceof UnsignedCallError) {
      this.logger.error(`Signature validation failed: ${error.message}`);
      // As the SDK answers the signature of another key.
      response.status(401).json({ message: 'Unauthorized' });
      return;
    }
    const isRefusal = error instanceof UnreadableBodyError || error instanceof InvalidCallError;
    const status = isRefusal ? error.status : 500;
    const message = messageOf(error);
    this.logger.error(notServed(status, message), error instanceof Error ? stackOf(error) : undefined);
    if (response.headersSent) {
      response.end();
      return;
    }
    response.status(status).json({ statusCode: status, error: STATUS_CODES[status], message });
  }

  private mount(): void {
    if (!this.onExpress()) return;
    this.host.httpAdapter
      .getInstance<Express>()
      .all(INNGEST_PATH, ...(this.options.endpointGuards ?? []), (request: Request, response: Response) =>
        this.handle(request, response),
      );
  }

  private onExpress(): boolean {
    return this.host.httpAdapter?.getType() === 'express';
  }

  private assertExpress(): void {
    const { httpAdapter } = this.host;
    // A standalone application context has no adapter, and serves nothing.
    if (httpAdapter && !this.onExpress()) throw new UnsupportedPlatformError(httpAdapter.getType());
  }

  private assertNotMoved(): void {
    const prefix = this.application.getGlobalPrefix();
    // "/" moves no route.
    if (!prefix || prefix === '/') return;
    const rules = this.application.getGlobalPrefixOptions().exclude ?? [];
    const excluded = [RequestMethod.GET, RequestMethod.POST, RequestMethod.PUT].every((method) =>
      rules.some(
        ({ requestMethod, pathRegex }) =>
          (requestMethod === RequestMethod.ALL || requestMethod === method) && pathRegex.test(INNGEST_PATH),
      ),
    );
    if (!excluded) throw new MovedEndpointError(prefix);
  }
}
