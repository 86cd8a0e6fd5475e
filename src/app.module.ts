import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { ClockModule, type Clock } from './clock/index.js';
import { SettingsModule, type Settings } from './config/index.js';
import { DemoTaskModule } from './demo-task/index.js';
import { HealthModule } from './health/health.module.js';
import { InngestModule, type InngestModuleOptions } from './inngest/index.js';
import { RefuseUnknown, validateRequests } from './rest/index.js';
import { InngestErrorFilter } from './runs/index.js';

export interface AppOptions {
  /** The clock of the whole application; the wall's when absent. */
  clock?: Clock;
  /** Options of the Inngest client beyond the settings, such as `checkpointing`. */
  inngest?: Partial<InngestModuleOptions>;
}

/** What the worker is made of. */
@Module({})
export class AppModule {
  static forRoot(settings: Settings, { clock, inngest }: AppOptions = {}): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ClockModule.forRoot(clock),
        SettingsModule.forRoot(settings),
        InngestModule.forRoot({ ...inngestOptions(settings), ...inngest }),
        DemoTaskModule,
        HealthModule,
      ],
      providers: [
        { provide: APP_INTERCEPTOR, useClass: RefuseUnknown },
        { provide: APP_PIPE, useFactory: validateRequests },
        { provide: APP_FILTER, useClass: InngestErrorFilter },
      ],
    };
  }
}

function inngestOptions(settings: Settings): InngestModuleOptions & { isGlobal: boolean } {
  return {
    isGlobal: true,
    id: settings.appId,
    isDev: settings.dev,
    baseUrl: settings.inngestUrl,
    eventKey: settings.eventKey,
    signingKey: settings.signingKey,
    serveOrigin: settings.serveOrigin,
    unreachableHint: settings.dev ? 'remove INNGEST_URL to use the embedded server' : undefined,
  };
}
