import { Injectable } from '@nestjs/common';
import { Clock } from '../../../clock/index.js';
import { isUlid } from '../../store/ids.js';
import { RunStore, type Run } from '../../store/run.store.js';
import { iso } from '../shared/run-views.js';
import { V2Exception } from '../shared/v2.exception.js';
import type { Answer, PageInfo } from './answer-types/envelope.js';

/** Wraps what the v2 API answers, and finds the runs it is asked for. */
@Injectable()
export class V2Answers {
  constructor(
    private readonly clock: Clock,
    private readonly runs: RunStore,
  ) {}

  /** @param data undefined for events without runs: JSON leaves it out then, as the real server does */
  wrap<T>(data: T): Answer<T>;
  wrap<T>(data: T, page: PageInfo): Answer<T> & { page: PageInfo };
  wrap(data: unknown, page?: PageInfo): Answer<unknown> & { page?: PageInfo } {
    return { data, metadata: { fetchedAt: iso(this.clock.now()) }, page };
  }

  /** @throws V2Exception 400 for an id that is none, 404 for an unknown run */
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
 * Reads a moment in ISO 8601 from a query, in milliseconds since 1970.
 *
 * @throws V2Exception 400 naming the parameter
 */
export function momentOf(text: string | undefined, name: string): number | undefined {
  if (text === undefined || text === '') return undefined;
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return time;
  throw new V2Exception(400, 'invalid_request', `"${name}" must be a moment in ISO 8601, not "${text}".`);
}

/** The longest text that a list is searched for: the work grows with it. */
const LONGEST_SEARCH = 200;

/** @throws V2Exception 400 when the text is too long */
export function assertShort(search: string): string {
  if (search.length <= LONGEST_SEARCH) return search;
  const message = `"search" may have ${LONGEST_SEARCH} characters, not ${search.length}.`;
  throw new V2Exception(400, 'invalid_request', message);
}

/**
 * Reads a boolean from a query.
 *
 * @throws V2Exception 400 naming the parameter
 */
export function booleanOf(text: string | undefined, name: string): boolean | undefined {
  if (text === undefined || text === '') return undefined;
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw new V2Exception(400, 'invalid_request', `"${name}" must be true or false, not "${text}".`);
}
