import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { ThrottlerModule, type ThrottlerModuleOptions } from '@nestjs/throttler';
import { buildTime } from './build-time.js';
import { Clock, ClockModule } from './clock/index.js';
import { BodiesModule, BodyReader, type BodyReaderOptions } from './common/bodies/index.js';
import { SettingsModule, type Settings } from './config/index.js';
import { DemoTaskModule } from './demo-task/index.js';
import { BearerTokens } from './guards/index.js';
import { HealthModule } from './health/index.js';
import { InngestModule, type InngestModuleOptions } from './inngest/index.js';
import { RefuseUnknown, RequestLimitGuard, validateRequests, WindowStorage } from './rest/index.js';
import { InngestErrorFilter } from './runs/index.js';
import { endpointGuards } from './worker-guards.js';

export interface AppOptions {
  /** The clock of the whole application; the wall's when absent. */
  clock?: Clock;
  /** Options of the Inngest client beyond the settings, such as `checkpointing`. */
  inngest?: Partial<InngestModuleOptions>;
  /** @internal For tests: how much of all bodies together is held, and how slow a sender may be. */
  bodies?: BodyReaderOptions;
}

/** The largest body of a REST request, in bytes. `/api/inngest` has a limit of its own. */
const BODY_BYTES = 100 * 1024;

/** What the worker is made of. */
@Module({})
export class AppModule {
  static forRoot(settings: Settings, { clock, inngest, bodies }: AppOptions = {}): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ClockModule.forRoot(clock),
        SettingsModule.forRoot(settings),
        BodiesModule.forRoot(new BodyReader(bodies), { maxBytes: BODY_BYTES }, [RefuseUnknown]),
        ThrottlerModule.forRootAsync({ inject: [Clock], useFactory: limitsOf(settings) }),
        InngestModule.forRoot({ ...inngestOptions(settings), ...inngest }),
        DemoTaskModule,
        HealthModule,
      ],
      providers: [
        { provide: BearerTokens, useValue: new BearerTokens(settings.apiTokens) },
        { provide: APP_GUARD, useClass: RequestLimitGuard },
        { provide: APP_PIPE, useFactory: validateRequests },
        { provide: APP_FILTER, useClass: InngestErrorFilter },
      ],
    };
  }
}

function limitsOf({ requestLimit: limit, requestLimitWindowMs: ttl }: Settings) {
  return (clock: Clock): ThrottlerModuleOptions => ({
    throttlers: [{ limit, ttl }],
    storage: new WindowStorage(clock),
    skipIf: () => limit === 0,
  });
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
