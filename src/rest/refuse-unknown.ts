import { BadRequestException, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { isRecord } from '../common/is-record.js';
import { unknownNames } from '../common/unknown-names.js';
import type { InvalidRequestView } from './problem.view.js';

/** Declares the query parameters of a route. A route without it accepts none. */
export const QueryParameters = Reflector.createDecorator<readonly string[]>();

/** Methods whose bodies no route reads. The bodies of other methods are validated against their DTOs. */
const WITHOUT_BODY = ['GET', 'HEAD', 'DELETE'];

/** Rejects unknown query parameters, and fields in a body that the route does not read; the error names them. */
@Injectable()
export class RefuseUnknown implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  /** @throws BadRequestException */
  canActivate(context: ExecutionContext): boolean {
    // The handler is a GraphQL resolver; GraphQL checks names itself.
    if (context.getType<string>() !== 'http') return true;
    const request = context.switchToHttp().getRequest<Request>();
    const known = this.reflector.get(QueryParameters, context.getHandler()) ?? [];
    refuse('query', Object.keys(request.query), known);
    const body: unknown = request.body;
    if (WITHOUT_BODY.includes(request.method) && isRecord(body)) refuse('body', Object.keys(body), []);
    return true;
  }
}

function refuse(where: string, given: readonly string[], known: readonly string[]): void {
  const message = unknownNames(where, given, known);
  if (message === undefined) return;
  const unknown = given.filter((name) => !known.includes(name));
  const problem: InvalidRequestView = {
    statusCode: 400,
    error: 'Bad Request',
    message,
    errors: unknown.map((field) => ({ field, messages: [`${field} is unknown`] })),
  };
  throw new BadRequestException(problem);
}
