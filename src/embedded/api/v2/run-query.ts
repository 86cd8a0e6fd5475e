import type { FunctionRegistry } from '../../functions/function-registry.js';
import { compileSearch, ExpressionSyntaxError, type Expression } from '../../expressions/index.js';
import { isUlid } from '../../store/ids.js';
import {
  RUN_SORTS,
  TIME_FIELDS,
  type RunFilter,
  type RunOrder,
  type RunPosition,
  type RunSort,
  type TimeField,
} from '../../store/run-list.store.js';
import type { RunStatus } from '../../store/run.store.js';
import { wholeNumber } from '../shared/whole-number.js';
import { V2Exception } from '../shared/v2.exception.js';
import { booleanOf, timeOf, assertShort } from './v2-answer.js';

const STATUSES: readonly RunStatus[] = ['QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED'];
const DEFAULT_LIMIT = 20;
export const MAX_LIMIT = 100;
/** Finds a field of the event, but not inside a name such as `shop/event.created`. */
const EVENT_FIELD = /(?<![\w/.])event\.(?:data|name|id|ts|user|v)\b/;
/** Finds an operation on the output. A search for the text `output.json` has none. */
const OUTPUT_EXPRESSION =
  /(?<![\w/.])output\b.*(?:[=!]=|[<>]|\bin\b|\.(?:contains|startsWith|endsWith|matches|exists|all|size)\()|\bhas\(output\b|\bsize\(output\b|\bin output\b/s;

/**
 * Reads the `search` parameter of a list. If it contains `event.data` or another field of the event, or compares `output`,
 * it is an expression. Otherwise it is a text to find.
 *
 * @throws V2Exception 400 when an expression has a mistake or an unknown name, or a text is too long
 */
export function searchOf(
  search: string | undefined,
  { hasOutput }: { hasOutput: boolean },
): { expression?: Expression; text?: string } {
  const trimmed = search?.trim();
  if (!given(trimmed)) return {};
  if (!EVENT_FIELD.test(trimmed) && !OUTPUT_EXPRESSION.test(trimmed)) return { text: assertShort(trimmed) };
  try {
    return { expression: compileSearch(trimmed, { hasOutput }) };
  } catch (error) {
    if (!(error instanceof ExpressionSyntaxError)) throw error;
    throw new V2Exception(400, 'invalid_request', `"search" is not an expression: ${error.message}`);
  }
}

/** The parameters of a list of runs. Only this server has those after `isDeferred`. */
export interface RunQuery {
  limit?: string;
  cursor?: string;
  status?: string | string[];
  includeOutput?: string;
  /** Runs of this time or later, in ISO 8601. */
  from?: string;
  /** Runs before this time, in ISO 8601. */
  until?: string;
  /** The time that `from`, `until` and `order` use: `queuedAt` (default), `startedAt` or `endedAt`. */
  timeField?: string;
  /** `asc` or `desc` (default), in upper or lower case. */
  order?: string;
  /** The names of apps. */
  appId?: string | string[];
  /** The ids of functions of these apps. */
  functionId?: string | string[];
  /** `true`: only runs that another run deferred; `false`: only the other runs. */
  isDeferred?: string;
  /** The ids of runs, separated by commas. */
  ids?: string;
  /** `<app>-<function>`. */
  function?: string;
  /** The name of the event that triggered the run. */
  event?: string;
  /** A text to find, or an expression, see {@link searchOf}. */
  search?: string;
  sort?: string;
  includeTotal?: string;
}

/** The parameters of the list of one function's runs. */
export const FUNCTION_RUNS_QUERY = [
  'limit',
  'cursor',
  'status',
  'includeOutput',
  'from',
  'until',
  'timeField',
  'order',
  'isDeferred',
  'ids',
  'event',
  'search',
  'sort',
  'includeTotal',
] as const satisfies readonly (keyof RunQuery)[];

/** The parameters of the list of all functions' runs. */
export const RUNS_QUERY = [
  ...FUNCTION_RUNS_QUERY,
  'appId',
  'functionId',
  'function',
] as const satisfies readonly (keyof RunQuery)[];

/** The parameters of an export: those that choose the runs and their order. */
export const EXPORT_QUERY = RUNS_QUERY.filter(
  (name) => !['limit', 'cursor', 'includeOutput', 'includeTotal'].includes(name),
);

/** The parameters of a bulk request: those that choose the runs. */
export const BULK_QUERY = EXPORT_QUERY.filter((name) => name !== 'sort' && name !== 'order');

/** A parsed request for a list of runs. */
export interface RunListRequest {
  filter: RunFilter;
  expression?: Expression;
  order: RunOrder;
  after?: RunPosition;
  limit: number;
}

/** Parses the parameters of a list of runs. @throws V2Exception 400 naming the invalid parameter */
export function parseRunQuery(query: RunQuery, functions: FunctionRegistry, now: number): RunListRequest {
  const status = statusesOf(query.status);
  const functionIds = functionIdsOf(query, functions);
  const from = timeOf(query.from, 'from');
  const until = timeOf(query.until, 'until');
  if (from !== undefined && until !== undefined && from >= until) {
    throw new V2Exception(400, 'invalid_request', '"from" must be before "until".');
  }
  const timeField = timeFieldOf(query.timeField);
  const isDeferred = booleanOf(query.isDeferred, 'isDeferred');
  const { expression, text } = searchOf(query.search, { hasOutput: true });
  const sort = oneOf(query.sort, 'sort', RUN_SORTS) ?? timeField;
  const after = cursorOf(query.cursor, sort);
  return {
    filter: {
      ...(given(query.ids) && { ids: idsOf(query.ids) }),
      ...(status && { status }),
      ...(functionIds && { functionIds }),
      ...(given(query.event) && { event: query.event }),
      ...(from !== undefined && { from }),
      ...(until !== undefined && { until }),
      timeField,
      ...(isDeferred !== undefined && { isDeferred }),
      ...(text !== undefined && { text }),
    },
    ...(expression && { expression }),
    order: {
      by: sort,
      descending: oneOf(query.order?.trim().toLowerCase(), 'order', ['asc', 'desc']) !== 'asc',
      asOf: after?.asOf ?? now,
    },
    ...(after && { after }),
    limit: limitOf(query.limit),
  };
}

/** Parses `limit`. @param max the largest limit that the list accepts */
export function limitOf(limit: string | undefined, max = MAX_LIMIT): number {
  return wholeNumber(limit, 'limit', { from: 1, to: max, otherwise: DEFAULT_LIMIT });
}

/** Parses a list of ids. @throws V2Exception 400 when there are more than {@link MAX_LIMIT} */
export function idsOf(ids: string): string[] {
  const list = ids.split(',');
  if (list.length <= MAX_LIMIT) return list;
  throw new V2Exception(400, 'invalid_request', `"ids" has ${list.length} ids; the limit is ${MAX_LIMIT}.`);
}

/**
 * The cursor of the next page. In the order of the real server it is the id of the last run; in other orders it also holds
 * the run's position.
 */
export function cursorFor(order: RunOrder, { key, id }: RunPosition): string {
  if (order.by === 'queuedAt') return id;
  return Buffer.from(JSON.stringify([order.by, key, id, order.asOf])).toString('base64url');
}

function cursorOf(cursor: string | undefined, sort: RunSort): (RunPosition & { asOf?: number }) | undefined {
  if (!given(cursor)) return undefined;
  if (sort === 'queuedAt' && isUlid(cursor)) return { key: 0, id: cursor };
  const [by, key, id, asOf] = decoded(cursor);
  if (by === sort && Number.isFinite(key) && typeof id === 'string' && Number.isFinite(asOf)) {
    return { key: Number(key), id, asOf: Number(asOf) };
  }
  throw new V2Exception(400, 'invalid_request', `Invalid cursor: ${cursor}`);
}

function decoded(cursor: string): unknown[] {
  try {
    const value = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown;
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

function statusesOf(query: string | string[] | undefined): RunStatus[] | undefined {
  if (query === undefined || query === '') return undefined;
  const names = listOf(query).map((name) => name.trim().toUpperCase());
  return names.flatMap((name) => oneOf(name, 'status', STATUSES) ?? []);
}

function listOf(query: string | string[]): string[] {
  return Array.isArray(query) ? query : query.split(',');
}

/** Parses `timeField`. Like the real server, it accepts `QUEUED_AT` for `queuedAt`. */
function timeFieldOf(text: string | undefined): TimeField {
  if (!given(text)) return 'queuedAt';
  const plain = (name: string): string => name.replaceAll('_', '').toUpperCase();
  const found = TIME_FIELDS.find((field) => plain(field) === plain(text.trim()));
  return found ?? oneOf(text, 'timeField', TIME_FIELDS) ?? 'queuedAt';
}

/** The internal ids of the functions that the query names; undefined if it names no app and no function. */
function functionIdsOf(query: RunQuery, functions: FunctionRegistry): string[] | undefined {
  const apps = query.appId ? listOf(query.appId) : undefined;
  const ids = query.functionId ? listOf(query.functionId) : undefined;
  if (ids && !apps) {
    throw new V2Exception(400, 'invalid_request', 'appId is required when filtering by functionId.');
  }
  const found = apps && functions.namedIn(apps, ids);
  if (!given(query.function)) return found;
  const fn = functionOf(query.function, functions);
  return found ? found.filter((id) => id === fn) : [fn];
}

function functionOf(slug: string, functions: FunctionRegistry): string {
  const fn = functions.bySlug(slug);
  if (!fn) throw new V2Exception(400, 'invalid_request', `Unknown function "${slug}".`);
  return fn.id;
}

function oneOf<T extends string>(
  value: string | undefined,
  name: string,
  choices: readonly T[],
): T | undefined {
  if (!given(value)) return undefined;
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw new V2Exception(
    400,
    'invalid_request',
    `Unknown ${name} "${value}"; it must be one of ${choices.join(', ')}.`,
  );
}

function given(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}
