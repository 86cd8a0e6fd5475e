import { Inject, Module, type DynamicModule, type Type } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { functionProviders, functionTokens } from './definition/function-tokens.js';
import { DEFAULT_APP } from './definition/inngest-app.js';
import {
  ConfigurableModuleClass,
  INNGEST_MODULE_OPTIONS,
  type INNGEST_ASYNC_OPTIONS_TYPE,
  type INNGEST_OPTIONS_TYPE,
} from './definition/inngest.module-definition.js';
import { inngestExports, inngestProviders } from './inngest.providers.js';
import { createInngestController } from './serve/inngest.controller.js';

/**
 * Inngest for Nest: an injectable client, durable functions as decorated methods, the endpoint that Inngest calls, a
 * retry policy, and the registration of the functions.
 *
 * ```ts
 * @Module({ imports: [InngestModule.forRoot({ id: 'my-app', isDev: true, isGlobal: true })], providers: [Imports] })
 * export class AppModule {}
 *
 * const app = await NestFactory.create(AppModule);
 * await app.listen(3000);
 * ```
 *
 * Import it once, or once for each app under a `name`. It runs on Express and Fastify. It uses the {@link Clock} that
 * the application provides, or else the machine's.
 */
// Every decorated class adds to these arrays. Nest reads them when it creates an application.
@Module({ imports: [DiscoveryModule], providers: functionProviders, exports: functionTokens })
export class InngestModule extends ConfigurableModuleClass {
  // Makes Nest report the missing options if the module is imported without `forRoot`.
  constructor(@Inject(INNGEST_MODULE_OPTIONS) _options: unknown) {
    super();
  }

  /** Imports an app with these options. */
  static override forRoot(options: typeof INNGEST_OPTIONS_TYPE): DynamicModule {
    const isServed = !options.sendOnly && options.transport !== 'connect';
    const controllers = !isServed ? [] : [createInngestController()];
    return complete(super.forRoot(options), options.name, controllers);
  }

  /**
   * Imports an app whose options come from a factory or a class. `name` and `isGlobal` are passed next to the factory.
   */
  static override forRootAsync(options: typeof INNGEST_ASYNC_OPTIONS_TYPE): DynamicModule {
    return complete(super.forRootAsync(options), options.name, [createInngestController()]);
  }
}

function complete(definition: DynamicModule, name = DEFAULT_APP, controllers: Type[]): DynamicModule {
  return {
    ...definition,
    controllers,
    providers: [...(definition.providers ?? []), ...inngestProviders(name, controllers)],
    exports: inngestExports(name),
  };
}
