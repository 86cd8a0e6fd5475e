import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Clock, SystemClock } from '../clock/index.js';
import { BodyReader } from '../common/bodies/index.js';
import { createInngestClient } from './client/inngest-client.factory.js';
import { InngestExplorer } from './discovery/inngest.explorer.js';
import { InngestFunctions } from './discovery/inngest-functions.js';
import { InngestMetadataAccessor } from './discovery/inngest-metadata.accessor.js';
import {
  INNGEST_BODIES,
  INNGEST_CLIENT,
  INNGEST_CLOCK,
  INNGEST_RANDOM,
} from './definition/inngest.constants.js';
import type { InngestModuleOptions } from './definition/inngest-module-options.js';
import { ConfigurableModuleClass, INNGEST_MODULE_OPTIONS } from './definition/inngest.module-definition.js';
import { InngestRegistration } from './registration/inngest-registration.js';
import { OwnAddress } from './registration/own-address.js';
import { SyncObserver } from './registration/sync-observer.js';
import { RetryPolicies } from './retry/retry-policies.js';
import { InngestController } from './serve/inngest.controller.js';
import { InngestEndpoint } from './serve/inngest-endpoint.js';
import { StepContext } from './step/step-context.js';

/**
 * Inngest for Nest: the client by injection, durable functions as decorated methods, the endpoint that Inngest calls,
 * a retry policy, and the registration of the functions.
 *
 * ```ts
 * @Module({ imports: [InngestModule.forRoot({ id: 'my-app', isDev: true, isGlobal: true })], providers: [Imports] })
 * export class AppModule {}
 *
 * const app = await NestFactory.create(AppModule);
 * await app.listen(3000);
 * app.get(InngestRegistration).start('http://localhost:3000');
 * ```
 *
 * Import it once. It runs on Express; time comes from the {@link Clock} that the application provides, if it does.
 */
@Module({
  imports: [DiscoveryModule],
  controllers: [InngestController],
  providers: [
    {
      provide: INNGEST_CLIENT,
      useFactory: createInngestClient,
      inject: [INNGEST_MODULE_OPTIONS, RetryPolicies, SyncObserver],
    },
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
    InngestMetadataAccessor,
    InngestExplorer,
    InngestFunctions,
    InngestEndpoint,
    OwnAddress,
    SyncObserver,
    InngestRegistration,
    StepContext,
  ],
  exports: [INNGEST_CLIENT, InngestRegistration, StepContext],
})
export class InngestModule extends ConfigurableModuleClass {}
