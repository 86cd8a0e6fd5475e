import { Injectable } from '@nestjs/common';
import { InternalEvent } from '../protocol/event.js';
import { anyOf, contains, type Condition } from './contains.js';
import { Database, type SqlValue } from './database.js';
import { runFromRow, type Run, type RunRow, type RunStatus } from './run.store.js';

/** The times of a run by which a list can be filtered. */
export const TIME_FIELDS = ['queuedAt', 'startedAt', 'endedAt'] as const;
export type TimeField = (typeof TIME_FIELDS)[number];

/** The values of the parameter `sort`, which only this server has. */
export const RUN_SORTS = ['queuedAt', 'startedAt', 'duration', 'priority'] as const;
export type RunSort = TimeField | (typeof RUN_SORTS)[number];

/** Which runs to list. Absent fields do not restrict the list. */
export interface RunFilter {
  ids?: readonly string[];
  status?: readonly RunStatus[];
  functionIds?: readonly string[];
  /** The name of the event that triggered them. */
  event?: string;
  /** The earliest time, in milliseconds since 1970. */
  from?: number;
  /** The end of the period, exclusive, in milliseconds since 1970. */
  until?: number;
  /** The time to which `from` and `until` apply. Default: `queuedAt`. */
  timeField?: TimeField;
  /** The last id: runs that were queued later are left out. */
  upTo?: string;
  /** Only runs that have not ended. */
  isUnfinished?: boolean;
  /** Whether another run deferred them. */
  isDeferred?: boolean;
  /** A text to find in the ids, the names, the events' data, the output or the reason. Case is ignored. */
  text?: string;
}

export interface RunOrder {
  by: RunSort;
  descending: boolean;
  /** The time up to which the duration of an unfinished run counts, so that all pages of a list agree. */
  asOf: number;
}

/** The position of a run in an order. The next page begins after it. */
export interface RunPosition {
  key: number;
  id: string;
}

/** The sort key of runs that have not started or ended: later than any time. */
const NOT_YET = Number.MAX_SAFE_INTEGER;

const TIME_COLUMNS: Record<TimeField, string> = {
  queuedAt: 'queued_at',
  startedAt: 'started_at',
  endedAt: 'ended_at',
};

const SORT_KEYS: Record<RunSort, string> = {
  // Ids sort in the order in which runs were queued, and have an index.
  queuedAt: '0',
  startedAt: `coalesce(started_at, ${NOT_YET})`,
  endedAt: `coalesce(ended_at, ${NOT_YET})`,
  duration: 'CASE WHEN started_at IS NULL THEN -1 ELSE coalesce(ended_at, ?) - started_at END',
  priority: 'priority',
};

/** Lists runs in pages, filtered and sorted. */
@Injectable()
export class RunListStore {
  constructor(private readonly db: Database) {}

  /** @param after the position of the last run of the previous page */
  page(
    filter: RunFilter,
    order: RunOrder,
    after: RunPosition | undefined,
    limit: number,
  ): { run: Run; position: RunPosition }[] {
    const { conditions, values } = conditionsOf(filter);
    const direction = order.descending ? 'DESC' : 'ASC';
    const beyond = order.descending ? '<' : '>';
    const byId = order.by === 'queuedAt';
    if (after && byId) {
      conditions.push(`id ${beyond} ?`);
      values.push(after.id);
    }
    const listed = `SELECT run.*, ${SORT_KEYS[order.by]} AS sort_key FROM run WHERE ${conditions.join(' AND ')}`;
    const rest = after && !byId ? `WHERE (sort_key, id) ${beyond} (?, ?)` : '';
    const sql = byId
      ? `${listed} ORDER BY id ${direction} LIMIT ?`
      : `SELECT * FROM (${listed}) ${rest} ORDER BY sort_key ${direction}, id ${direction} LIMIT ?`;
    return this.db
      .all<RunRow & { sort_key: number }>(
        sql,
        ...(order.by === 'duration' ? [order.asOf] : []),
        ...values,
        ...(rest && after ? [after.key, after.id] : []),
        limit,
      )
      .map((row) => ({ run: runFromRow(row), position: { key: row.sort_key, id: row.id } }));
  }

  /** The id of the run that was queued last; empty when there is none. */
  last(): string {
    return this.db.get<{ id: string | null }>('SELECT max(id) AS id FROM run')?.id ?? '';
  }

  count(filter: RunFilter): number {
    const { conditions, values } = conditionsOf(filter);
    const sql = `SELECT count(*) AS n FROM run WHERE ${conditions.join(' AND ')}`;
    return this.db.get<{ n: number }>(sql, ...values)?.n ?? 0;
  }
}

function conditionsOf(filter: RunFilter): { conditions: string[]; values: SqlValue[] } {
  const conditions: string[] = ['1'];
  const values: SqlValue[] = [];
  const where = (condition: string, ...bound: SqlValue[]): void => {
    conditions.push(condition);
    values.push(...bound);
  };
  if (filter.ids) where(`id IN (${marks(filter.ids)})`, ...filter.ids);
  if (filter.status) where(`status IN (${marks(filter.status)})`, ...filter.status);
  if (filter.functionIds) where(`function_id IN (${marks(filter.functionIds)})`, ...filter.functionIds);
  if (filter.event !== undefined) where('trigger_event = ?', filter.event);
  const time = TIME_COLUMNS[filter.timeField ?? 'queuedAt'];
  if (filter.from !== undefined) where(`${time} >= ?`, filter.from);
  if (filter.until !== undefined) where(`${time} < ?`, filter.until);
  if (filter.upTo !== undefined) where('id <= ?', filter.upTo);
  if (filter.isUnfinished) where('ended_at IS NULL');
  if (filter.isDeferred !== undefined) {
    where(`trigger_event ${filter.isDeferred ? '=' : '<>'} ?`, InternalEvent.DeferredSchedule);
  }
  if (filter.text !== undefined) {
    const { sql, values: texts } = containing(filter.text);
    where(sql, ...texts);
  }
  return { conditions, values };
}

/** Finds a text in everything that the dashboard shows of a run: ids, names, the reason, the output and the events. */
function containing(text: string): Condition {
  const fn = contains(text, { plain: ['slug', 'name'] });
  const event = contains(text, { plain: ['event.id', 'event.internal_id'], json: ['event.data'] });
  return anyOf([
    contains(text, { plain: ['id', 'trigger_event', 'cron', 'reason'], json: ['output'] }),
    { ...fn, sql: `function_id IN (SELECT id FROM function WHERE ${fn.sql})` },
    {
      ...event,
      sql: `EXISTS (SELECT 1 FROM run_event JOIN event ON event.internal_id = run_event.event_id
        WHERE run_event.run_id = run.id AND ${event.sql})`,
    },
  ]);
}

function marks(values: readonly unknown[]): string {
  return values.map(() => '?').join(',');
}
