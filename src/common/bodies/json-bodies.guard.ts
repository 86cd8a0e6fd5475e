import { SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { BodyReader, JsonOptions } from './body-reader.js';

const READS_ITS_BODY = 'bodies:reads-its-body';

/** Marks a handler or controller that reads the bodies of its requests itself, or reads none. */
export const ReadsItsBody = (): MethodDecorator & ClassDecorator => SetMetadata(READS_ITS_BODY, true);

/**
 * Reads the JSON of requests for `@Body()`. It is a guard, because an interceptor costs about 25 µs more a request. The
 * guards of the root module run before it, so a request without a key is refused before its body is read.
 */
export class JsonBodies implements CanActivate {
  constructor(
    private readonly reader: BodyReader,
    private readonly options: JsonOptions,
  ) {}

  /** @throws BodyError, HttpException */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    // The handler is a GraphQL resolver, so the body has already been read.
    if (context.getType<string>() !== 'http') return true;
    const isRead = [context.getHandler(), context.getClass()].some((target) =>
      Reflect.getMetadata(READS_ITS_BODY, target),
    );
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    if (!isRead && request.method !== 'GET' && request.method !== 'HEAD') {
      request.body = await this.reader.json(request, http.getResponse<Response>(), this.options);
    }
    return true;
  }
}
