import { Global, Module, type DynamicModule, type NestInterceptor, type Type } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { BodyReader, type JsonOptions } from './body-reader.js';
import { JsonBodies } from './json-bodies.interceptor.js';

/**
 * Lets one {@link BodyReader} read the bodies of all requests of an application, after the guards. Create the
 * application with `bodyParser: false`.
 */
@Global()
@Module({})
export class BodiesModule {
  /**
   * @param json the limits for JSON, for handlers that do not read their bodies themselves
   * @param checks interceptors for every request that need its body. Interceptors of the root module would run too
   * early
   */
  static forRoot(
    reader: BodyReader,
    json: JsonOptions,
    checks: readonly Type<NestInterceptor>[] = [],
  ): DynamicModule {
    return {
      module: BodiesModule,
      providers: [
        { provide: BodyReader, useValue: reader },
        { provide: APP_INTERCEPTOR, useValue: new JsonBodies(reader, json) },
        ...checks.map((useClass) => ({ provide: APP_INTERCEPTOR, useClass })),
      ],
      exports: [BodyReader],
    };
  }
}
