import { Global, Module, type DynamicModule, type NestInterceptor, type Type } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { BodyReader, type JsonOptions } from './body-reader.js';
import { JsonBodies } from './json-bodies.interceptor.js';

/**
 * Has the bodies of an application's requests read by one {@link BodyReader}, after the guards. Create the application
 * with `bodyParser: false`.
 */
@Global()
@Module({})
export class BodiesModule {
  /**
   * @param json what JSON is accepted where a handler does not read its body itself
   * @param checks interceptors for every request, which find its body read. Nest would run those of the root module first
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
