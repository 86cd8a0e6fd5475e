/** @import { Activity, AppView, EventView, FunctionView, Page, RunView, Trace } from './api-types.d.ts' */

/** An answer other than 2xx, with what the server says about it; status 0 when there was no answer at all. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} message
   */
  constructor(status, message) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
  }
}

let serverIsAheadMs = 0;

/** The server's time in milliseconds since 1970, as of its last answer: its clock need not be this machine's. */
export function serverNow() {
  return Date.now() + serverIsAheadMs;
}

/**
 * @param {string} path
 * @param {{ method?: string, body?: unknown, signal?: AbortSignal }} [options]
 * @returns {Promise<any>} the parsed answer
 */
async function request(path, { method = 'GET', body, signal } = {}) {
  let response;
  try {
    response = await fetch(path, {
      method,
      signal: signal ?? null,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, 'The server does not answer. Is it running?');
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new ApiError(response.status, messageOf(answer) ?? `HTTP ${response.status}`);
  const fetchedAt = Date.parse(answer.metadata?.fetchedAt);
  if (!Number.isNaN(fetchedAt)) serverIsAheadMs = fetchedAt - Date.now();
  return answer;
}

/** @param {any} answer */
function messageOf(answer) {
  return answer.errors?.[0]?.message ?? answer.message ?? answer.error;
}

/** @param {Record<string, string | number | boolean | undefined>} parameters */
function query(parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== '');
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
}

/** @param {string[]} parts */
function path(...parts) {
  return `/api/v2/${parts.map(encodeURIComponent).join('/')}`;
}

/** The server's HTTP API. Everything throws {@link ApiError}. */
export const api = {
  /**
   * @param {Record<string, string | number | boolean | undefined>} parameters
   * @param {AbortSignal} [signal]
   * @returns {Promise<Page<RunView>>}
   */
  runs: (parameters, signal) => request(`/api/v2/runs?${query(parameters)}`, { signal }),

  /**
   * @param {string} id
   * @param {AbortSignal} [signal]
   * @returns {Promise<RunView>}
   */
  run: async (id, signal) => (await request(`${path('runs', id)}?includeOutput=true`, { signal })).data,

  /**
   * @param {string} id
   * @param {AbortSignal} [signal]
   * @returns {Promise<Trace>}
   */
  trace: async (id, signal) =>
    (await request(`${path('runs', id, 'trace')}?includeOutput=true`, { signal })).data,

  /** @param {string} id */
  cancel: (id) => request(path('runs', id, 'cancel'), { method: 'POST' }),

  /**
   * @param {string} id
   * @returns {Promise<string>} the new run's id
   */
  replay: async (id) => (await request(path('runs', id, 'rerun'), { method: 'POST' })).data.runId,

  /**
   * @param {Record<string, string | number | boolean | undefined>} parameters
   * @param {AbortSignal} [signal]
   * @returns {Promise<Page<EventView>>}
   */
  events: (parameters, signal) => request(`/api/v2/events?${query(parameters)}`, { signal }),

  /**
   * @param {string} id
   * @param {AbortSignal} [signal]
   * @returns {Promise<EventView>}
   */
  event: async (id, signal) => (await request(path('events', id), { signal })).data,

  /**
   * @param {{ name: string, data: unknown }} event
   * @returns {Promise<string>} the event's id
   */
  send: async (event) => (await request(path('events'), { method: 'POST', body: event })).data.eventId,

  /**
   * All apps, each with its functions.
   *
   * @param {AbortSignal} [signal]
   * @returns {Promise<{ app: AppView, functions: FunctionView[] }[]>}
   */
  functions: async (signal) => {
    const apps = /** @type {AppView[]} */ ((await request(path('apps'), { signal })).data);
    return Promise.all(
      apps.map(async (app) => ({
        app,
        functions: (await request(path('apps', app.id, 'functions'), { signal })).data,
      })),
    );
  },

  /**
   * @param {{ id: string, app: { id: string } }} fn
   * @param {unknown} data
   * @returns {Promise<{ runId?: string, reason?: string }>}
   */
  invoke: async (fn, data) =>
    (await request(path('apps', fn.app.id, 'functions', fn.id, 'invoke'), { method: 'POST', body: { data } }))
      .data,

  /**
   * @param {AbortSignal} [signal]
   * @returns {Promise<Activity>}
   */
  activity: async (signal) => (await request('/api/v2/activity?seconds=60', { signal })).data,
};
