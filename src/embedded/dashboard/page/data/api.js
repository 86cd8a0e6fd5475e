/** @import { Activity } from '../../../api/v2/answer-types/activity.js' */
/** @import { ClockView, MovedClock } from '../../../api/v2/answer-types/clock.js' */
/** @import { Answer, Page } from '../../../api/v2/answer-types/envelope.js' */
/** @import { EventView, SentEvent } from '../../../api/v2/answer-types/event.js' */
/** @import { AppView, FunctionView, InvocationView, SkippedStart } from '../../../api/v2/answer-types/function.js' */
/** @import { Health } from '../../../api/v2/answer-types/health.js' */
/** @import { BulkJob, BulkView } from '../../../api/v2/answer-types/job.js' */
/** @import { RunReference, RunView } from '../../../api/v2/answer-types/run.js' */
/** @import { Trace } from '../../../api/v2/answer-types/trace.js' */

/** The server answered with an error status and this message. Status 0 means that there was no answer. */
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

/** The server's time in milliseconds since 1970, computed from its last answer. Its clock may differ from the browser's. */
export function serverNow() {
  return Date.now() + serverIsAheadMs;
}

/** @typedef {{ method?: string, body?: unknown, signal?: AbortSignal }} RequestOptions */

/**
 * The API's answer to a request. The types in src/embedded/api/v2/answer-types describe it; nothing checks it here.
 *
 * @template {Answer<unknown>} T
 * @param {string} path
 * @param {RequestOptions} [options]
 * @returns {Promise<T>}
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
  // The login has ended. After a reload, the server answers with the login page.
  if (response.status === 401) location.reload();
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new ApiError(response.status, messageOf(answer) ?? `HTTP ${response.status}`);
  const fetchedAt = Date.parse(answer.metadata?.fetchedAt);
  if (!Number.isNaN(fetchedAt)) serverIsAheadMs = fetchedAt - Date.now();
  return answer;
}

/**
 * The `data` of the API's answer to a request.
 *
 * @template T
 * @param {string} path
 * @param {RequestOptions} [options]
 * @returns {Promise<T>}
 */
async function dataOf(path, options) {
  /** @type {Answer<T>} */
  const answer = await request(path, options);
  return answer.data;
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

/** The server's HTTP API. All methods throw {@link ApiError}. */
export const api = {
  /**
   * @param {AbortSignal} [signal]
   * @returns {Promise<Health>}
   */
  health: async (signal) => {
    /** @type {any} */
    const answer = await request('/health', { signal });
    return answer;
  },

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
  run: (id, signal) => dataOf(`${path('runs', id)}?includeOutput=true`, { signal }),

  /**
   * @param {string} id
   * @param {AbortSignal} [signal]
   * @returns {Promise<Trace>}
   */
  trace: (id, signal) => dataOf(`${path('runs', id, 'trace')}?includeOutput=true`, { signal }),

  /**
   * @param {string} id
   * @returns {Promise<RunReference>}
   */
  cancel: (id) => dataOf(path('runs', id, 'cancel'), { method: 'POST' }),

  /**
   * @param {string} id
   * @param {{ stepId: string, input?: unknown }} [fromStep] the new run takes over the results of the steps before this step
   * @returns {Promise<RunReference>} the new run
   */
  replay: (id, fromStep) => dataOf(path('runs', id, 'rerun'), { method: 'POST', body: { fromStep } }),

  /**
   * Cancels or replays runs, or only counts them (`dryRun`).
   *
   * @param {{ action: string, filter: Record<string, string | undefined>, dryRun?: boolean }} body
   * @param {AbortSignal} [signal]
   * @returns {Promise<BulkView>}
   */
  bulk: ({ filter, ...body }, signal) => {
    const given = Object.entries(filter).filter(([, value]) => value !== undefined && value !== '');
    return dataOf(path('runs', 'bulk'), {
      method: 'POST',
      body: { ...body, filter: Object.fromEntries(given) },
      signal,
    });
  },

  /**
   * @param {AbortSignal} [signal]
   * @returns {Promise<BulkJob[]>}
   */
  jobs: (signal) => dataOf(path('jobs'), { signal }),

  /**
   * @param {string} id
   * @param {AbortSignal} [signal]
   * @returns {Promise<BulkJob>}
   */
  job: (id, signal) => dataOf(path('jobs', id), { signal }),

  /**
   * @param {string} id
   * @returns {Promise<BulkJob>}
   */
  stopJob: (id) => dataOf(path('jobs', id), { method: 'DELETE' }),

  /**
   * The URL from which the browser downloads all runs that match these parameters.
   *
   * @param {Record<string, string | number | boolean | undefined>} parameters
   */
  exportOfRuns: (parameters) => `/api/v2/runs/export?${query(parameters)}`,

  /**
   * The URL from which the browser downloads a run.
   *
   * @param {string} id
   * @param {'export' | 'fixture'} what `export`: the whole run; `fixture`: what the test server's `replay` needs
   */
  exportOfRun: (id, what) => path('runs', id, what),

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
  event: (id, signal) => dataOf(path('events', id), { signal }),

  /**
   * @param {{ name: string, data: unknown }} event
   * @returns {Promise<SentEvent>}
   */
  send: (event) => dataOf(path('events'), { method: 'POST', body: event }),

  /**
   * All apps with their functions.
   *
   * @param {AbortSignal} [signal]
   * @returns {Promise<{ app: AppView, functions: FunctionView[] }[]>}
   */
  functions: async (signal) => {
    /** @type {AppView[]} */
    const apps = await dataOf(path('apps'), { signal });
    return Promise.all(
      apps.map(async (app) => ({
        app,
        functions: await dataOf(path('apps', app.id, 'functions'), { signal }),
      })),
    );
  },

  /**
   * @param {{ id: string, app: { id: string } }} fn
   * @param {unknown} data
   * @returns {Promise<InvocationView>}
   */
  invoke: (fn, data) =>
    dataOf(path('apps', fn.app.id, 'functions', fn.id, 'invoke'), { method: 'POST', body: { data } }),

  /** Ends this login in all windows. */
  logOut: async () => {
    await fetch('/dashboard/session', { method: 'DELETE' });
    location.reload();
  },

  /**
   * @param {{ id: string, app: { id: string } }} fn
   * @param {{ newRuns: string, underWay: string }} how
   * @returns {Promise<FunctionView>}
   */
  pause: (fn, how) =>
    dataOf(path('apps', fn.app.id, 'functions', fn.id, 'pause'), { method: 'POST', body: how }),

  /**
   * @param {{ id: string, app: { id: string } }} fn
   * @returns {Promise<FunctionView>}
   */
  resume: (fn) => dataOf(path('apps', fn.app.id, 'functions', fn.id, 'resume'), { method: 'POST' }),

  /**
   * @param {{ id: string, app: { id: string } }} fn
   * @param {number} limit
   * @param {AbortSignal} [signal]
   * @returns {Promise<SkippedStart[]>} newest first
   */
  skipped: (fn, limit, signal) =>
    dataOf(`${path('apps', fn.app.id, 'functions', fn.id, 'skipped')}?limit=${limit}`, { signal }),

  /**
   * @param {AbortSignal} [signal]
   * @returns {Promise<ClockView>} fails with 409 without a virtual clock
   */
  clock: (signal) => dataOf(path('clock'), { signal }),

  /**
   * @param {string} by a duration such as `1h30m`, milliseconds, or `next`
   * @param {AbortSignal} [signal] stops the move
   * @returns {Promise<MovedClock>}
   */
  advance: (by, signal) =>
    dataOf(path('clock', 'advance'), {
      method: 'POST',
      body: { by: /^\d+$/.test(by) ? Number(by) : by },
      signal,
    }),

  /**
   * @param {AbortSignal} [signal]
   * @returns {Promise<Activity>}
   */
  activity: (signal) => dataOf('/api/v2/activity?seconds=60', { signal }),
};
