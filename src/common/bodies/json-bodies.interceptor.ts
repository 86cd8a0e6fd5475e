import { SetMetadata, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Observable } from 'rxjs';
import type { BodyReader, JsonOptions } from './body-reader.js';

const READS_ITS_BODY = 'bodies:reads-its-body';

/** Marks a handler or controller that reads the bodies of its requests itself, or reads none. */
export const ReadsItsBody = (): MethodDecorator & ClassDecorator => SetMetadata(READS_ITS_BODY, true);

/**
 * Reads the JSON of requests for `@Body()`. It is an interceptor, because guards run before interceptors: a request
 * without a key, or for an unknown route, is refused before its body is read.
 */
export class JsonBodies implements NestInterceptor {
  constructor(
    private readonly reader: BodyReader,
    private readonly options: JsonOptions,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    // The handler is a GraphQL resolver, so the body has already been read.
    if (context.getType<string>() !== 'http') return next.handle();
    const isRead = [context.getHandler(), context.getClass()].some((target) =>
      Reflect.getMetadata(READS_ITS_BODY, target),
    );
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    if (!isRead && request.method !== 'GET' && request.method !== 'HEAD') {
      request.body = await this.reader.json(request, http.getResponse<Response>(), this.options);
    }
    return next.handle();
  }
}
