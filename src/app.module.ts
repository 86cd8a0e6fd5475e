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
  /** The clock of the whole application; the wall's when absent. */
  clock?: Clock;
  /** Options of the Inngest client beyond the settings, such as `checkpointing`. */
  inngest?: Partial<InngestModuleOptions>;
  /** Reads what the Inngest server in this process has to do, for `/metrics`; absent without one. */
  serverLoad?: ReadServerLoad;
  /** Makes spans of requests, calls and steps; absent while OpenTelemetry is off. */
  tracing?: Tracing | undefined;
  /** @internal For tests: how much of all bodies together is held, and how slow a sender may be. */
  bodies?: BodyReaderOptions;
}

/** The largest body of a REST request, in bytes. `/api/inngest` has a limit of its own. */
const BODY_BYTES = 100 * 1024;

/** What the worker is made of. */
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

/** What limits a client in whatever way it comes. */
interface ClientLimits {
  tokens: BearerTokens;
  wrongKeys: WrongKeys;
  requestLimit: RequestLimit;
}

/** Loaded only when it is on: it takes longer to load than all the rest. */
function graphqlOf(settings: Settings, limits: ClientLimits): Promise<DynamicModule>[] {
  if (!settings.graphql) return [];
  const { tokens, wrongKeys, requestLimit } = limits;
  const options: GraphqlOptions = {
    introspection: settings.graphqlIntrospection,
    // Its WebSocket takes a token also after the upgrade, in `connection_init`.
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
    // The service starts it, with the name by which people call the worker.
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
