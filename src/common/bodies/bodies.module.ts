import { Global, Module, type CanActivate, type DynamicModule, type Type } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { BodyReader, type JsonOptions } from './body-reader.js';
import { JsonBodies } from './json-bodies.guard.js';

/**
 * Lets one {@link BodyReader} read the bodies of all requests of an application, after the guards. Create the
 * application with `bodyParser: false`.
 */
@Global()
@Module({})
export class BodiesModule {
  /**
   * @param json the limits for JSON, for handlers that do not read their bodies themselves
   * @param checks guards of all routes that need the body. Guards of the root module run before it is read
   */
  static forRoot(
    reader: BodyReader,
    json: JsonOptions,
    checks: readonly Type<CanActivate>[] = [],
  ): DynamicModule {
    return {
      module: BodiesModule,
      providers: [
        { provide: BodyReader, useValue: reader },
        { provide: APP_GUARD, useValue: new JsonBodies(reader, json) },
        ...checks.map((useClass) => ({ provide: APP_GUARD, useClass })),
      ],
      exports: [BodyReader],
    };
  }
}
