import type { FunctionRegistry } from '../../functions/function-registry.js';
import { compileExpression, ExpressionSyntaxError, type Expression } from '../../expressions/index.js';
import { isUlid } from '../../store/ids.js';
import {
  RUN_SORTS,
  type RunFilter,
  type RunOrder,
  type RunPosition,
  type RunSort,
} from '../../store/run-list.store.js';
import type { RunStatus } from '../../store/run.store.js';
import { wholeNumber } from '../shared/whole-number.js';
import { momentOf, V2Exception } from './v2-answer.js';

const STATUSES: readonly RunStatus[] = ['QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED'];
const DEFAULT_LIMIT = 20;
export const MAX_LIMIT = 100;
/** Not in a name such as `shop/event.created`. */
const EVENT_FIELD = /(?<![\w/.])event\.(?:data|name|id|ts|user|v)\b/;

/** The parameters of a list of runs. All but the first four are only of this server. */
export interface RunQuery {
  limit?: string;
  cursor?: string;
  status?: string | string[];
  includeOutput?: string;
  /** Run ids, to see again those that are known. */
  ids?: string;
  /** `<app>-<function>`. */
  function?: string;
  /** The name of the event that triggered the run. */
  event?: string;
  /** Queued from this moment on, in ISO 8601. */
  from?: string;
  /** Queued before this moment, in ISO 8601. */
  until?: string;
  /** A text to find, or an expression on the event: whatever has `event.data` or another field of it is one. */
  search?: string;
  sort?: string;
  order?: string;
  includeTotal?: string;
}

/** A list of runs as it was asked for. */
export interface RunListRequest {
  filter: RunFilter;
  expression?: Expression;
  order: RunOrder;
  after?: RunPosition;
  limit: number;
}

/** @throws V2Exception 400 naming the parameter that cannot be read */
export function parseRunQuery(query: RunQuery, functions: FunctionRegistry, now: number): RunListRequest {
  const status = statusesOf(query.status);
  const fn = given(query.function) ? functionOf(query.function, functions) : undefined;
  const from = momentOf(query.from, 'from');
  const until = momentOf(query.until, 'until');
  const search = query.search?.trim();
  const expression = search && EVENT_FIELD.test(search) ? expressionOf(search) : undefined;
  const sort = oneOf(query.sort, 'sort', RUN_SORTS) ?? 'queuedAt';
  const after = cursorOf(query.cursor, sort);
  return {
    filter: {
      ...(given(query.ids) && { ids: query.ids.split(',').slice(0, MAX_LIMIT) }),
      ...(status && { status }),
      ...(fn && { functionIds: [fn] }),
      ...(given(query.event) && { event: query.event }),
      ...(from !== undefined && { queuedFrom: from }),
      ...(until !== undefined && { queuedUntil: until }),
      ...(given(search) && !expression && { text: search }),
    },
    ...(expression && { expression }),
    order: {
      by: sort,
      descending: oneOf(query.order, 'order', ['asc', 'desc']) !== 'asc',
      asOf: after?.asOf ?? now,
    },
    ...(after && { after }),
    limit: limitOf(query.limit),
  };
}

export function limitOf(limit: string | undefined): number {
  return wholeNumber(limit, 'limit', { from: 1, to: MAX_LIMIT, otherwise: DEFAULT_LIMIT });
}

/** A list in the order of the real server is continued after a run's id, any other after a position in it. */
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
  const names = (Array.isArray(query) ? query : query.split(',')).map((name) => name.toUpperCase());
  return names.flatMap((name) => oneOf(name, 'status', STATUSES) ?? []);
}

function functionOf(slug: string, functions: FunctionRegistry): string {
  const fn = functions.bySlug(slug);
  if (!fn) throw new V2Exception(400, 'invalid_request', `Unknown function "${slug}".`);
  return fn.id;
}

function expressionOf(source: string): Expression {
  try {
    return compileExpression(source);
  } catch (error) {
    if (!(error instanceof ExpressionSyntaxError)) throw error;
    throw new V2Exception(400, 'invalid_request', `"search" is not an expression: ${error.message}`);
  }
}

function oneOf<T extends string>(
  value: string | undefined,
  name: string,
  choices: readonly T[],
): T | undefined {
  if (!given(value)) return undefined;
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw new V2Exception(400, 'invalid_request', `Unknown ${name} "${value}"; one of ${choices.join(', ')}.`);
}

function given(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}
