import { Injectable } from '@nestjs/common';
import { parseJson } from '../common/parse-json.js';
import { ASK_WITHIN_MS } from './deadlines.js';
import { statusOf } from './describe-run.js';
import { InngestApi, type ListedRun } from './inngest-api.js';
import type { EventRecord } from './run-record.js';
import type { RunStatus, RunSummaryView } from './run-view.js';

/** The statuses that a list can filter by. SKIPPED is not among them, because such an event has no run. */
export const LISTED_STATUSES = [
  'QUEUED',
  'RUNNING',
  'WAITING',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
] as const satisfies readonly RunStatus[];

export type ListedStatus = (typeof LISTED_STATUSES)[number];

/** One list requests at most this many pages from Inngest, each with this many runs. */
const PAGES = 5;
const PAGE = 100;

/** How many events are requested at the same time. */
const EVENTS_AT_ONCE = 10;

/** A run in a list, with its event. */
export interface ListedEvent {
  readonly eventId: string;
  /** Undefined if Inngest no longer has it. */
  readonly event: EventRecord | undefined;
  readonly run: RunSummaryView;
  /** The cursor after this run. */
  readonly cursor: string;
}

export interface EventList {
  readonly events: readonly ListedEvent[];
  readonly hasMore: boolean;
  /**
   * The cursor of the next page. It points after the last listed run, or further if the runs after it did not match.
   */
  readonly cursor?: string;
}

/** The cursor is not one that a list has returned. */
export class BadCursorError extends Error {
  override readonly name = 'BadCursorError';

  constructor() {
    super('The cursor must be that of an earlier page, unchanged.');
  }
}

/** The position after a run in a page of Inngest's list. */
interface Place {
  readonly page?: string;
  readonly after?: string;
}

/** Lists the runs of a function. */
@Injectable()
export class RunLists {
  constructor(private readonly api: InngestApi) {}

  /**
   * A page of the runs of one function with their events, newest first.
   *
   * With a status, a page may contain fewer runs than `limit` although more follow, because it reads at most 500 runs.
   *
   * @throws BadCursorError, InngestUnreachableError or InngestRefusedError, within 3 s
   */
  async list(
    functionId: string,
    { limit, status, cursor }: { limit: number; status?: ListedStatus; cursor?: string },
  ): Promise<EventList> {
    const signal = AbortSignal.timeout(ASK_WITHIN_MS);
    const found: { run: ListedRun; view: RunSummaryView; cursor: string }[] = [];
    let place: Place | undefined = cursor === undefined ? {} : placeIn(cursor);
    for (let pages = 0; place && pages < PAGES && found.length <= limit; pages++) {
      const { page: at, after }: Place = place;
      const page = await this.api.runsOfFunction(
        functionId,
        {
          limit: status === undefined ? Math.min(limit + 1, PAGE) : PAGE,
          ...upstream(status),
          ...(at && { cursor: at }),
        },
        signal,
      );
      if (page === undefined) throw new BadCursorError();
      for (const run of page.runs) {
        if (after !== undefined && run.id >= after) continue;
        const view = summaryOf(run);
        const isAsked = status === undefined || view.status === status;
        if (isAsked) found.push({ run, view, cursor: encode({ page: at, after: run.id }) });
      }
      place = page.cursor === undefined ? undefined : { page: page.cursor, ...(after && { after }) };
    }
    const shown = found.slice(0, limit);
    const isCut = found.length > limit;
    const next = isCut ? shown.at(-1)?.cursor : place && encode(place);
    return {
      events: await this.withEvents(shown, signal),
      hasMore: next !== undefined,
      ...(next !== undefined && { cursor: next }),
    };
  }

  private async withEvents(
    found: readonly { run: ListedRun; view: RunSummaryView; cursor: string }[],
    signal: AbortSignal,
  ): Promise<ListedEvent[]> {
    const listed: ListedEvent[] = [];
    for (let at = 0; at < found.length; at += EVENTS_AT_ONCE) {
      const some = found.slice(at, at + EVENTS_AT_ONCE).map(async ({ run, view, cursor }) => {
        const eventId = run.eventIds[0] ?? '';
        const event = eventId === '' ? undefined : await this.api.event(eventId, signal);
        return { eventId, event, run: view, cursor };
      });
      listed.push(...(await Promise.all(some)));
    }
    return listed;
  }
}

/** Inngest has no status for waiting runs. It lists them as running. */
function upstream(status: ListedStatus | undefined): { status?: string } {
  if (status === undefined) return {};
  return { status: status === 'WAITING' ? 'RUNNING' : status };
}

function summaryOf(run: ListedRun): RunSummaryView {
  const { id, queuedAt, startedAt, endedAt } = run;
  return { id, status: statusOf(run), queuedAt, startedAt, endedAt };
}

function encode({ page = null, after = null }: { page?: string | null; after?: string | null }): string {
  return Buffer.from(JSON.stringify([page, after])).toString('base64url');
}

function placeIn(cursor: string): Place {
  const parts = parseJson(Buffer.from(cursor, 'base64url').toString());
  const isPart = (part: unknown): boolean => part === null || typeof part === 'string';
  if (!Array.isArray(parts) || parts.length !== 2 || !parts.every(isPart)) throw new BadCursorError();
  const [page, after] = parts as (string | null)[];
  return { ...(page != null && { page }), ...(after != null && { after }) };
}
