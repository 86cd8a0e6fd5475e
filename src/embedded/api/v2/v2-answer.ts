import { Injectable } from '@nestjs/common';
import { Clock } from '../../../clock/index.js';
import { isUlid } from '../../store/ids.js';
import { RunStore, type Run } from '../../store/run.store.js';
import { iso } from '../shared/run-views.js';
import { V2Exception } from '../shared/v2.exception.js';
import type { Answer, PageInfo } from './answer-types/envelope.js';

/** Wraps the answers of the v2 API, and finds the runs that requests name. */
@Injectable()
export class V2Answers {
  constructor(
    private readonly clock: Clock,
    private readonly runs: RunStore,
  ) {}

  /** @param data undefined for an event without runs: like the real server, the answer then has no `data` */
  wrap<T>(data: T): Answer<T>;
  wrap<T>(data: T, page: PageInfo): Answer<T> & { page: PageInfo };
  wrap(data: unknown, page?: PageInfo): Answer<unknown> & { page?: PageInfo } {
    return { data, metadata: { fetchedAt: iso(this.clock.now()) }, page };
  }

  /** Finds a run. @throws V2Exception 400 for an invalid id, 404 for an unknown run */
  run(id: string): Run {
    assertUlid(id, 'run');
    const run = this.runs.get(id);
    if (!run) throw new V2Exception(404, 'not_found', 'Run not found');
    return run;
  }
}

export function assertUlid(id: string, kind: 'run' | 'event'): void {
  if (!isUlid(id)) throw new V2Exception(400, 'invalid_request', `Invalid ${kind} ID: ${id}`);
}

/**
 * Parses a time in ISO 8601 from a query, in milliseconds since 1970.
 *
 * @throws V2Exception 400 naming the parameter
 */
export function timeOf(text: string | undefined, name: string): number | undefined {
  if (text === undefined || text === '') return undefined;
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return time;
  throw new V2Exception(400, 'invalid_request', `"${name}" must be a time in ISO 8601, not "${text}".`);
}

/** The longest text to search for, in characters. The work grows with it. */
const MAX_SEARCH_LENGTH = 200;

/** @throws V2Exception 400 when the text is too long */
export function assertShort(search: string): string {
  if (search.length <= MAX_SEARCH_LENGTH) return search;
  const message = `"search" has ${search.length} characters; the limit is ${MAX_SEARCH_LENGTH}.`;
  throw new V2Exception(400, 'invalid_request', message);
}

/**
 * Parses a boolean from a query.
 *
 * @throws V2Exception 400 naming the parameter
 */
export function booleanOf(text: string | undefined, name: string): boolean | undefined {
  if (text === undefined || text === '') return undefined;
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw new V2Exception(400, 'invalid_request', `"${name}" must be true or false, not "${text}".`);
}
