import {
  BadRequestException,
  Injectable,
  type CanActivate,
  type ExecutionContext,
  type HttpException,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { isRecord } from '../../../common/is-record.js';
import { unknownNames } from '../../../common/unknown-names.js';
import { V2Exception } from './v2.exception.js';

/** The names that a route reads. Default: none. */
export interface KnownNames {
  /** Parameters of the query. */
  query?: readonly string[];
  /** Fields of the body; `anything` if the handler itself checks the body. */
  body?: readonly string[] | 'anything';
}

/**
 * Names the parameters that a route accepts. A route without this decorator accepts none. `anything` is for routes that
 * refuse every request.
 */
export const Takes = Reflector.createDecorator<KnownNames | 'anything'>();

/** A parameter that clients of the v1 API add to bypass the caches of the real server. */
const CACHE_BUSTER = '_';

/**
 * Refuses each query parameter and each body field that the route does not read, with an error that names it. A server
 * that ignored a filter or an option would give a wrong answer that looks right.
 */
@Injectable()
export class KnownParameters implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  /** @throws HttpException 400 naming the unknown parameter or field */
  canActivate(context: ExecutionContext): boolean {
    const known = this.reflector.getAllAndOverride(Takes, [context.getHandler(), context.getClass()]) ?? {};
    if (known === 'anything') return true;
    const request = context.switchToHttp().getRequest<Request>();
    const isV2 = request.path.startsWith('/api/v2/');
    if (isV2) camelCaseNames(request, known);
    const problem = problemWith(request, known);
    if (problem !== undefined) throw refusal(isV2, problem);
    return true;
  }
}

function problemWith(request: Request, { query = [], body }: KnownNames): string | undefined {
  const parameters = request.path.startsWith('/v1/') ? [...query, CACHE_BUSTER] : query;
  const inQuery = unknownNames('query', Object.keys(request.query), parameters);
  if (inQuery !== undefined || body === 'anything') return inQuery;
  const sent: unknown = request.body;
  if (isRecord(sent)) return unknownNames('body', Object.keys(sent), body ?? []);
  // If the route reads fields, its handler checks that the body is an object.
  return body === undefined && sent !== undefined && sent !== null
    ? 'This route uses no body: send none, or {}.'
    : undefined;
}

/** Like the real server, the v2 API accepts `include_output` for `includeOutput`, in queries and bodies. */
function camelCaseNames(request: Request, { query = [], body = [] }: KnownNames): void {
  const parameters = renamed(request.query, query, 'query');
  if (parameters !== request.query) {
    Object.defineProperty(request, 'query', { value: parameters, configurable: true });
  }
  const sent: unknown = request.body;
  if (isRecord(sent) && body !== 'anything') request.body = renamed(sent, body, 'body');
}

/** Unknown names stay as they were sent, for the error that names them. @returns the same object if nothing changes */
function renamed<T extends object>(values: T, known: readonly string[], where: string): T {
  const names = Object.keys(values).map((name) => camelCased(name, known));
  if (names.every((name) => Object.hasOwn(values, name)) && new Set(names).size === names.length)
    return values;
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw refusal(true, `The ${where} has "${twice}" twice.`);
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
