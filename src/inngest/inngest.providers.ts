import type { InjectionToken, Provider, Type } from '@nestjs/common';
import { Clock, SystemClock } from '../clock/index.js';
import { BodyReader } from '../common/bodies/index.js';
import { createInngestClient } from './client/inngest-client.factory.js';
import { InngestConnection } from './connect/inngest-connection.js';
import { InngestApp } from './definition/inngest-app.js';
import type { InngestModuleOptions } from './definition/inngest-module-options.js';
import {
  INNGEST_APP_NAME,
  INNGEST_BODIES,
  INNGEST_CLIENT,
  INNGEST_CLOCK,
  INNGEST_RANDOM,
  INNGEST_REFERENCES,
  INNGEST_REGISTRATION,
} from './definition/inngest.constants.js';
import { INNGEST_MODULE_OPTIONS } from './definition/inngest.module-definition.js';
import { getInngestToken } from './definition/inngest.tokens.js';
import { InngestApps } from './discovery/inngest-apps.js';
import { InngestFunctions } from './discovery/inngest-functions.js';
import { InngestMetadataAccessor } from './discovery/inngest-metadata.accessor.js';
import { InngestExplorer } from './discovery/inngest.explorer.js';
import { getInngestHealthToken } from './health/inject-health.decorator.js';
import { InngestHealthIndicator } from './health/inngest-health.indicator.js';
import { FunctionReferences } from './reference/function-references.js';
import { getInngestRegistrationToken } from './registration/inject-registration.decorator.js';
import { InngestRegistration } from './registration/inngest-registration.js';
import { OwnAddress } from './registration/own-address.js';
import { RegisteredApp } from './registration/registered-app.js';
import { SyncObserver } from './registration/sync-observer.js';
import { RetryPolicies } from './retry/retry-policies.js';
import { routeAt } from './serve/inngest.controller.js';
import { InngestEndpoint } from './serve/inngest-endpoint.js';
import { OpenCalls } from './serve/open-calls.js';
import { StepContext } from './step/step-context.js';

/** The providers of one app's module. */
export function inngestProviders(name: string, controllers: readonly Type[]): Provider[] {
  return [
    { provide: INNGEST_APP_NAME, useValue: name },
    {
      provide: InngestApp,
      useFactory: (options: InngestModuleOptions): InngestApp => {
        const app = new InngestApp(name, options);
        if (app.path !== undefined) for (const controller of controllers) routeAt(controller, app.path);
        return app;
      },
      inject: [INNGEST_MODULE_OPTIONS],
    },
    {
      provide: getInngestToken(name),
      useFactory: createInngestClient,
      inject: [INNGEST_MODULE_OPTIONS, RetryPolicies, SyncObserver, INNGEST_CLOCK],
    },
    { provide: INNGEST_CLIENT, useExisting: getInngestToken(name) },
    {
      provide: INNGEST_CLOCK,
      useFactory: (clock?: Clock): Clock => clock ?? new SystemClock(),
      inject: [{ token: Clock, optional: true }],
    },
    {
      provide: INNGEST_BODIES,
      useFactory: (bodies?: BodyReader): BodyReader => bodies ?? new BodyReader(),
      inject: [{ token: BodyReader, optional: true }],
    },
    { provide: INNGEST_RANDOM, useValue: Math.random },
    {
      provide: RetryPolicies,
      useFactory: (clock: Clock, random: () => number, { retry }: InngestModuleOptions) =>
        new RetryPolicies(clock, random, retry),
      inject: [INNGEST_CLOCK, INNGEST_RANDOM, INNGEST_MODULE_OPTIONS],
    },
    InngestApps,
    InngestMetadataAccessor,
    InngestExplorer,
    { provide: INNGEST_REFERENCES, useClass: FunctionReferences },
    InngestFunctions,
    InngestEndpoint,
    InngestConnection,
    OpenCalls,
    OwnAddress,
    RegisteredApp,
    SyncObserver,
    { provide: getInngestRegistrationToken(name), useClass: InngestRegistration },
    { provide: INNGEST_REGISTRATION, useExisting: getInngestRegistrationToken(name) },
    { provide: getInngestHealthToken(name), useClass: InngestHealthIndicator },
    StepContext,
  ];
}

/** The tokens that other modules may inject. */
export function inngestExports(name: string): InjectionToken[] {
  return [getInngestToken(name), getInngestRegistrationToken(name), getInngestHealthToken(name), StepContext];
}
