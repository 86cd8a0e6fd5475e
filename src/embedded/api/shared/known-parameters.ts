import {
  BadRequestException,
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type HttpException,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import type { Observable } from 'rxjs';
import { isRecord } from '../../../common/is-record.js';
import { unknownNames } from '../../../common/unknown-names.js';
import { V2Exception } from './v2.exception.js';

/** What a route reads of a request. What is left out is nothing. */
export interface KnownNames {
  /** Parameters of the query. */
  query?: readonly string[];
  /** Fields of the body; `anything` where the handler itself checks the body. */
  body?: readonly string[] | 'anything';
}

/** Names the parameters of a route. A route without it takes none; `anything` is for routes that refuse every request. */
export const Takes = Reflector.createDecorator<KnownNames | 'anything'>();

/** Clients of the v1 API add it to get around the caches of the real server. */
const CACHE_BUSTER = '_';

/**
 * Refuses by name every parameter of a query and every field of a body that the route does not read: a filter or an
 * option that is dropped would give a wrong answer that looks right.
 */
@Injectable()
export class KnownParameters implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  /** @throws HttpException 400 */
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const known = this.reflector.getAllAndOverride(Takes, [context.getHandler(), context.getClass()]) ?? {};
    if (known === 'anything') return next.handle();
    const request = context.switchToHttp().getRequest<Request>();
    const isV2 = request.path.startsWith('/api/v2/');
    if (isV2) camelCaseNames(request, known);
    const problem = problemWith(request, known);
    if (problem !== undefined) throw refusal(isV2, problem);
    return next.handle();
  }
}

function problemWith(request: Request, { query = [], body }: KnownNames): string | undefined {
  const parameters = request.path.startsWith('/v1/') ? [...query, CACHE_BUSTER] : query;
  const inQuery = unknownNames('query', Object.keys(request.query), parameters);
  if (inQuery !== undefined || body === 'anything') return inQuery;
  const sent: unknown = request.body;
  if (isRecord(sent)) return unknownNames('body', Object.keys(sent), body ?? []);
  // What is to be an object is checked by the handler.
  return body === undefined && sent !== undefined && sent !== null
    ? 'The body is not used by this route: send none, or {}.'
    : undefined;
}

/** As the real server, the v2 API takes `include_output` for `includeOutput`, in queries and in bodies. */
function camelCaseNames(request: Request, { query = [], body = [] }: KnownNames): void {
  const parameters = renamed(request.query, query, 'query');
  if (parameters !== request.query) {
    Object.defineProperty(request, 'query', { value: parameters, configurable: true });
  }
  const sent: unknown = request.body;
  if (isRecord(sent) && body !== 'anything') request.body = renamed(sent, body, 'body');
}

/** Unknown names stay as they were sent, so that the error names them so. @returns the same object when nothing changes */
function renamed<T extends object>(values: T, known: readonly string[], where: string): T {
  const names = Object.keys(values).map((name) => camelCased(name, known));
  if (names.every((name) => Object.hasOwn(values, name)) && new Set(names).size === names.length)
    return values;
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw refusal(true, `The ${where} names "${twice}" twice.`);
  return Object.fromEntries(Object.values(values).map((value, index) => [names[index], value])) as T;
}

function camelCased(name: string, known: readonly string[]): string {
  if (!/^[a-z]+(_[a-z]+)+$/.test(name)) return name;
  const camel = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return known.includes(camel) ? camel : name;
}

function refusal(isV2: boolean, message: string): HttpException {
  return isV2 ? new V2Exception(400, 'invalid_request', message) : new BadRequestException(message);
}
