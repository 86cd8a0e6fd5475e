import type { Type } from '@nestjs/common';
import { EmbeddedEnvironment } from '../src/embedded-environments.js';
import { FunctionRegistry } from '../src/embedded/functions/function-registry.js';
import { Outbox } from '../src/embedded/outbox/outbox.js';
import { AppCaller } from '../src/embedded/calls/app-caller.js';
import { Backoff } from '../src/embedded/queue/backoff.js';
import type { Call } from '../src/embedded/calls/call-builder.js';
import { RunCommands } from '../src/embedded/api/shared/run-commands.js';
import { RunSearch } from '../src/embedded/api/v2/run-search.js';
import { FlowStore } from '../src/embedded/store/flow.store.js';
import { SlotStore } from '../src/embedded/store/slot.store.js';
import { QueueStore } from '../src/embedded/store/queue.store.js';
import { PROMISES, type Report } from '../src/validation/index.js';
import { validateOn } from './support/validate-on.js';

const HOUR_MS = 60 * 60 * 1_000;

let environment: EmbeddedEnvironment;

beforeAll(async () => {
  environment = await EmbeddedEnvironment.start();
});

afterAll(async () => {
  await environment.close();
});

type Method<T, K extends keyof T> = T[K] extends (...args: infer A) => infer R ? (...args: A) => R : never;

/** Replaces one method of one of the server's providers. */
function override<T extends object, K extends keyof T & string>(
  provider: Type<T>,
  method: K,
  replacement: (original: Method<T, K>) => Method<T, K>,
): void {
  const instance = environment.server.app.get(provider);
  const original = (instance[method] as (...args: unknown[]) => unknown).bind(instance) as Method<T, K>;
  instance[method] = replacement(original) as T[K];
  restores.push(() => Reflect.deleteProperty(instance, method));
}

const restores: (() => void)[] = [];

afterEach(() => {
  for (const restore of restores.splice(0)) restore();
});

/** Adds `more` starts to the burst of every function's throttle. */
function burst(more: number): void {
  override(FunctionRegistry, 'byId', (original) => (id) => {
    const fn = original(id);
    const throttle = fn?.flow.throttle;
    return fn && throttle ? { ...fn, flow: { ...fn.flow, throttle: { ...throttle, burst: more } } } : fn;
  });
}

/** Changes a call so that the app executes only this step, as if its result were not stored. */
function onlyStep(call: Call, stepId: string): Call {
  const url = new URL(call.url);
  url.searchParams.set('stepId', stepId);
  const ctx = { ...call.body.ctx, disable_immediate_execution: true, stack: { stack: [], current: 0 } };
  return { ...call, url: url.href, body: { ...call.body, ctx, steps: {} } };
}

function verdicts({ outcomes }: Report, verdict: Report['outcomes'][number]['verdict']): string[] {
  return outcomes.filter((outcome) => outcome.verdict === verdict).map(({ id }) => id);
}

/** Not testable here: the worker runs in this process and cannot be killed. */
const UNTESTED = ['durability'];

describe('An Inngest that keeps its promises', () => {
  it('is found to keep every one of them', async () => {
    const report = await validateOn(environment);
    expect(verdicts(report, 'broken')).toEqual([]);
    expect(verdicts(report, 'not tested')).toEqual(UNTESTED);
    expect(verdicts(report, 'held')).toEqual(
      PROMISES.map(({ id }) => id).filter((id) => !UNTESTED.includes(id)),
    );
  });
});

type Sabotage = [sabotage: string, promise: string, sabotage: () => void];

describe('An Inngest with one rule broken is found out, and nothing else is said of it', () => {
  const brokenOnes = async (): Promise<string[]> => {
    const { outcomes } = await validateOn(environment);
    return outcomes.filter(({ verdict }) => verdict === 'broken').map(({ id, why }) => `${id}: ${why}`);
  };

  it.each<Sabotage>([
    ['lets one run too many start', 'throttle', () => burst(1)],
    ['lets one run too few start', 'throttle', () => burst(-1)],
    [
      'ignores priority in its backlog',
      'priority',
      () =>
        override(
          QueueStore,
          'insert',
          (original) => (item, ready) => original({ ...item, score: item.queuedAt }, ready),
        ),
    ],
    [
      'makes one call too many at once',
      'concurrency',
      () => override(SlotStore, 'callsHolding', (original) => (id) => original(id) - 1),
    ],
    [
      'forgets idempotency',
      'idempotency',
      () =>
        override(
          FlowStore,
          'arrival',
          (original) => (key) => (key.startsWith('rate:') ? undefined : original(key)),
        ),
    ],
    [
      'calls a memoized step again',
      'memoization',
      () =>
        override(AppCaller, 'call', (original) => async (call) => {
          const [first] = call.body.ctx.stack.stack;
          if (first !== undefined && call.body.ctx.attempt === 1) await original(onlyStep(call, first));
          return original(call);
        }),
    ],
    [
      'tries again at once',
      'retries',
      () => override(Backoff, 'nextTry', () => (_attempt, _retryAfter, now) => now),
    ],
    [
      'waits twice as long as it was asked to',
      'retries',
      () =>
        override(
          Backoff,
          'nextTry',
          (original) => (attempt, retryAfter, now) => now + 2 * (original(attempt, retryAfter, now) - now),
        ),
    ],
  ])('%s: %s', async (_, promise, sabotage) => {
    sabotage();
    expect(await brokenOnes()).toEqual([expect.stringMatching(`^${promise}: `)]);
  });
});

/** Broken rules that are independent of each other. */
const SABOTAGES: readonly Sabotage[] = [
  [
    'ignores negative priority while nothing waits',
    'negative-priority',
    () =>
      override(QueueStore, 'insert', (original) => (item) => original({ ...item, at: item.queuedAt }, true)),
  ],
  [
    'remembers idempotency for 23 hours only',
    'idempotency-window',
    () =>
      override(FlowStore, 'arrival', (original) => (key) => {
        const state = original(key);
        return state && key.startsWith('rate:') ? { ...state, at: state.at - HOUR_MS } : state;
      }),
  ],
  [
    'tries once more although it is told not to',
    'bad-event',
    () =>
      override(AppCaller, 'call', (original) => async (call) => {
        const answer = await original(call);
        return typeof answer === 'object' && answer.kind === 'failed' && call.body.ctx.attempt === 0
          ? { ...answer, noRetry: false }
          : answer;
      }),
  ],
  ['does not cancel', 'cancel', () => override(RunCommands, 'cancel', () => async () => undefined)],
  ['does not replay', 'replay', () => override(RunCommands, 'replay', () => async () => undefined)],
  [
    'does not tell of failures',
    'failure-handler',
    () =>
      override(
        Outbox,
        'announce',
        (original) => (event, functionId) =>
          original(event.name === 'inngest/function.failed' ? { ...event, name: 'lost' } : event, functionId),
      ),
  ],
  [
    'loses failed runs from its lists',
    'history',
    () =>
      override(
        RunSearch,
        'page',
        (original) => (request) =>
          request.filter.status?.includes('FAILED') ? Promise.resolve({ runs: [] }) : original(request),
      ),
  ],
  [
    'keeps no order but that of time',
    'lists',
    () =>
      override(
        RunSearch,
        'page',
        (original) => (request) => original({ ...request, order: { ...request.order, by: 'queuedAt' } }),
      ),
  ],
];

describe('An Inngest with many rules broken', () => {
  it(`is found to break each of them: ${SABOTAGES.map(([, promise]) => promise).join(', ')}`, async () => {
    for (const [, , sabotage] of SABOTAGES) sabotage();
    // These sabotages do not change when waiting runs start, and the flood takes as long as everything else.
    const withoutFlood = PROMISES.map(({ id }) => id).filter(
      (id) => !['throttle', 'concurrency', 'priority'].includes(id),
    );
    const report = await validateOn(environment, withoutFlood);
    expect(verdicts(report, 'broken').toSorted()).toEqual(SABOTAGES.map(([, promise]) => promise).toSorted());
  });
});
