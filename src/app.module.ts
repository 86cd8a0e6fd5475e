import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { ThrottlerModule } from '@nestjs/throttler';
import { buildTime } from './build-time.js';
import { ClockModule, SystemClock, type Clock } from './clock/index.js';
import { BodiesModule, BodyReader, type BodyReaderOptions } from './common/bodies/index.js';
import { SettingsModule, type Settings } from './config/index.js';
import { DemoTaskModule } from './demo-task/index.js';
import { BearerTokens, WrongKeys } from './guards/index.js';
import type { GraphqlOptions } from './graphql/index.js';
import { HealthModule } from './health/index.js';
import { InngestModule, type InngestModuleOptions } from './inngest/index.js';
import { metricsMiddleware, MetricsModule, WorkerMetrics, type ReadServerLoad } from './metrics/index.js';
import {
  RefuseUnknown,
  RequestLimit,
  RequestLimitGuard,
  validateRequests,
  WindowStorage,
} from './rest/index.js';
import { InngestErrorFilter } from './runs/index.js';
import { traceMiddleware, TracingModule, type Tracing } from './tracing/index.js';
import { endpointGuards, upgradeRules } from './worker-guards.js';

export interface AppOptions {
  /** The clock of the whole application. Default: the machine's clock. */
  clock?: Clock;
  /** Further options of the Inngest client, such as `checkpointing`. */
  inngest?: Partial<InngestModuleOptions>;
  /** Reads the queue of the embedded Inngest server, for `/metrics`. Absent if no server is embedded. */
  serverLoad?: ReadServerLoad;
  /** Creates spans for requests, calls and steps. Absent if OpenTelemetry is off. */
  tracing?: Tracing | undefined;
  /** @internal For tests: the total size of bodies in memory, and how slow a sender may be. */
  bodies?: BodyReaderOptions;
}

/** The largest body of a REST request, in bytes. `/api/inngest` has a separate limit. */
const BODY_BYTES = 100 * 1024;

/** The root module of the worker. */
@Module({})
export class AppModule {
  static forRoot(
    settings: Settings,
    { clock = new SystemClock(), inngest, serverLoad, tracing, bodies }: AppOptions = {},
  ): DynamicModule {
    const metrics = new WorkerMetrics(serverLoad);
    const tokens = new BearerTokens(settings.apiTokens);
    const wrongKeys = new WrongKeys(clock);
    const { requestLimit: limit, requestLimitWindowMs: windowMs } = settings;
    const windows = new WindowStorage(clock);
    const requestLimit = new RequestLimit(windows, tokens, { limit, windowMs });
    const middleware = [
      traceMiddleware(tracing),
      metricsMiddleware(metrics, clock),
      ...(inngest?.middleware ?? []),
    ];
    return {
      module: AppModule,
      imports: [
        ClockModule.forRoot(clock),
        SettingsModule.forRoot(settings),
        TracingModule.forRoot(tracing),
        BodiesModule.forRoot(new BodyReader(bodies), { maxBytes: BODY_BYTES }, [RefuseUnknown]),
        ThrottlerModule.forRoot({
          throttlers: [{ limit, ttl: windowMs }],
          storage: windows,
          skipIf: () => limit === 0,
        }),
        InngestModule.forRoot({ ...inngestOptions(settings), ...inngest, middleware }),
        DemoTaskModule,
        HealthModule,
        MetricsModule.forRoot(metrics, { hasOwnPort: settings.metrics !== undefined }),
        ...graphqlOf(settings, { tokens, wrongKeys, requestLimit }),
      ],
      providers: [
        { provide: BearerTokens, useValue: tokens },
        { provide: WrongKeys, useValue: wrongKeys },
        { provide: APP_GUARD, useClass: RequestLimitGuard },
        { provide: APP_PIPE, useFactory: validateRequests },
        { provide: APP_FILTER, useClass: InngestErrorFilter },
      ],
    };
  }
}

/** The limits of clients, for HTTP and WebSockets. */
interface ClientLimits {
  tokens: BearerTokens;
  wrongKeys: WrongKeys;
  requestLimit: RequestLimit;
}

/** Loads GraphQL only if it is on, because it takes longer to load than everything else. */
function graphqlOf(settings: Settings, limits: ClientLimits): Promise<DynamicModule>[] {
  if (!settings.graphql) return [];
  const { tokens, wrongKeys, requestLimit } = limits;
  const options: GraphqlOptions = {
    introspection: settings.graphqlIntrospection,
    // A client may also send its token after the upgrade, in `connection_init`, so the upgrade itself requires none.
    upgradeRules: { ...upgradeRules(settings), areAsForRequests: true },
    requestRefusal: (authorization, address) => requestLimit.refusalOf(authorization, address),
    ...(tokens.areRequired && {
      authorize: (authorization) => tokens.authorize(authorization),
      wrongKeys,
    }),
  };
  return [import('./graphql/index.js').then(({ GraphqlModule }) => GraphqlModule.forRoot(options))];
}

function inngestOptions(settings: Settings): InngestModuleOptions & { isGlobal: boolean } {
  return {
    isGlobal: true,
    // `Service` starts the registration with the URL that people use for the worker.
    registration: 'manual',
    id: settings.appId,
    deployment: settings.deployment ?? buildTime(),
    isDev: settings.dev,
    baseUrl: settings.inngestUrl,
    eventKey: settings.eventKey,
    signingKey: settings.signingKey,
    signingKeyFallback: settings.signingKeyFallback,
    serveOrigin: settings.serveOrigin,
    transport: settings.transport,
    connect: settings.connect,
    endpointGuards: endpointGuards(settings),
    unreachableHint: settings.dev ? 'remove INNGEST_URL to use the embedded server' : undefined,
  };
}
