import { isDamaged } from '../store/stored-json.js';
import { Injectable } from '@nestjs/common';
import type { AppFunction } from '../functions/app-function.js';
import type { CallBody } from '../protocol/call.js';
import { eventForApp, type AppEvent } from '../protocol/event.js';
import type { QueueItem } from '../store/queue.store.js';
import { DeferralStore } from '../store/deferral.store.js';
import { RunStore, type Run } from '../store/run.store.js';
import { StepStore } from '../store/step.store.js';
import { ForcedFailures } from './forced-failures.js';

/** A call to an app, over HTTP or over a connection of one of its workers. */
export interface Call {
  /** The name of the app, for error messages. */
  app: string;
  url: string;
  headers: Record<string, string>;
  body: CallBody;
}

/**
 * If the run's state and events are larger than this, the call does not carry them and tells the app to fetch them
 * (`use_api`). Inngest 1.43 has the same limit; the SDK's parsers accept more.
 */
const MAX_INLINE_STATE_BYTES = 4 * 1024 * 1024;

/** Builds the calls to apps as the real server makes them. */
@Injectable()
export class CallBuilder {
  /** The URLs of calls in which functions find their next steps. Making one takes 8 µs. */
  private readonly urls = new WeakMap<AppFunction, string>();

  constructor(
    private readonly runs: RunStore,
    private readonly steps: StepStore,
    private readonly deferrals: DeferralStore,
    private readonly failures: ForcedFailures,
  ) {}

  build(fn: AppFunction, run: Run, item: QueueItem): Call {
    const events = this.runs.eventsOf(run.id).map(eventForApp);
    const [event] = events;
    if (!event) throw new Error(`The data file has no events for run ${run.id}.`);
    if (events.some(({ data, user }) => isDamaged(data) || isDamaged(user)))
      throw new Error(`The stored JSON of an event of run ${run.id} is damaged.`);
    const memos = this.steps.memos(run.id);
    const state = run.fromStep === null ? memos : this.steps.state(run.id);
    const useApi = this.steps.stateOf(run.id).bytes + sizeOf(events) > MAX_INLINE_STATE_BYTES;
    const stack = memos.map(({ id }) => id);
    const requestId = item.requestId ?? '';
    return {
      app: fn.app.name,
      url: item.stepId === null ? this.urlOf(fn) : urlFor(fn, item.stepId),
      headers: {
        'x-inngest-generation-id': String(item.generation),
        'x-inngest-job-id': item.id,
        'x-inngest-req-version': String(run.requestVersion),
        'x-inngest-step-id': item.stepId ?? 'step',
        'x-request-id': requestId,
        'x-run-id': run.id,
      },
      body: {
        ctx: {
          attempt: item.attempt,
          disable_immediate_execution: run.plansFirst || item.parallel || this.failures.concern(fn),
          env: '',
          fn_id: fn.id,
          generation_id: item.generation,
          job_id: item.id,
          max_attempts: fn.maxAttempts,
          qi_id: Buffer.from(`${item.id}::default`).toString('base64'),
          request_id: requestId,
          run_id: run.id,
          stack: { current: item.stepId === null ? stack.length : 0, stack },
          step_id: 'step',
          use_api: useApi,
        },
        defers: Object.fromEntries(
          this.deferrals.statuses(run.id).map(({ id, status }) => [id, { abortable: status === 'waiting' }]),
        ),
        event,
        events: useApi ? [] : events,
        steps: useApi
          ? {}
          : Object.fromEntries(state.map(({ id, memo }) => [id, JSON.parse(memo) as unknown])),
        use_api: useApi,
        version: run.requestVersion,
      },
    };
  }

  private urlOf(fn: AppFunction): string {
    let url = this.urls.get(fn);
    if (url === undefined) this.urls.set(fn, (url = urlFor(fn, 'step')));
    return url;
  }
}

function sizeOf(events: readonly AppEvent[]): number {
  return events.reduce((bytes, event) => bytes + Buffer.byteLength(JSON.stringify(event)), 0);
}

function urlFor({ url: registered, slug }: AppFunction, stepId: string): string {
  const url = new URL(registered);
  url.searchParams.set('fnId', slug);
  url.searchParams.set('stepId', stepId);
  return url.href;
}
