import type { GoScenario, HttpScenario } from '../scenario.js';
import { aUuid } from '../expectations.js';

/** The sources of these rows are the code of the Go SDK 0.15, the code of the server, and recorded registrations. */
const goRow = (row: Omit<GoScenario, 'kind' | 'notRecorded'>): GoScenario => ({
  kind: 'go',
  notRecorded: true,
  ...row,
});

const goFunction = (config: object): object => ({
  name: 'fn',
  id: 'conformance-go-registered-fn',
  triggers: [{ event: 'conformance/never' }],
  Singleton: null,
  ...config,
  steps: {
    step: {
      id: 'step',
      name: 'fn',
      runtime: { url: 'http://127.0.0.1:9/?fnId=conformance-go-registered-fn&step=step' },
      retries: null,
    },
  },
});

const taken = (title: string, config: object): HttpScenario['exchanges'][number] => ({
  title,
  request: {
    method: 'POST',
    path: '/fn/register',
    json: {
      v: '1',
      url: 'http://127.0.0.1:9/',
      deployType: 'ping',
      sdk: 'go:v0.15.1',
      framework: '',
      appName: 'conformance-go-registered',
      appVersion: `{nonce}-${title}`,
      functions: [goFunction(config)],
      headers: { env: '', platform: '' },
      idempotencyKey: '',
      capabilities: { in_band_sync: 'v1', trust_probe: 'v1', connect: 'v1' },
    },
  },
  answer: { status: 200, body: { ok: true, modified: true, sync_id: aUuid, app_id: aUuid } },
});

/** An app that does not use the JavaScript SDK: it behaves as the Go SDK does. */
export const goSdk: (GoScenario | HttpScenario)[] = [
  {
    kind: 'http',
    id: 'go-registrations',
    recordings: ['90-go-sdk-registrations'],
    title: 'the Go SDK registers: null for what is not set, no type of the runtime, keys of its own spelling',
    exchanges: [
      taken('nothing more', {}),
      taken('a throttle', { throttle: { burst: 0, limit: 1, period: '5s' } }),
      taken('retries beside the step', { retries: 0 }),
      taken('checkpoints', { checkpoint: { batch_interval: '1s', batch_steps: 3 } }),
      taken('no limits of checkpoints', { checkpoint: {} }),
      taken('a limit of the account', {
        concurrency: { step: [{ limit: 1, key: "'global'", scope: 'Account', hash: '' }] },
      }),
      taken('limits of the function', {
        concurrency: {
          step: [
            { limit: 2, scope: 'Fn', hash: '' },
            { limit: 1, key: 'event.data.num', scope: 'Fn', hash: '' },
          ],
        },
      }),
      taken('a limit of its runs', { concurrency: { fn: [{ limit: 1, key: 'event.data.id', hash: '' }] } }),
      taken('a debounce', { debounce: { key: 'event.data.name', period: '5s' } }),
      taken('a rate limit', { rateLimit: { limit: 1, period: '1m' } }),
      taken('timeouts', { timeouts: { finish: '3s', start: '1s' } }),
    ],
  },
  goRow({
    id: 'go-steps',
    title: 'an app of the Go SDK: a step, then a sleep whose duration is among its options',
    fn: {
      id: 'fn',
      body: async (step) => {
        const one = await step.run('one', () => 1);
        await step.sleep('nap', '1s');
        return { one };
      },
    },
    calls: 3,
    run: { status: 'COMPLETED', output: { one: 1 } },
  }),
  goRow({
    id: 'go-wait',
    title: 'an app of the Go SDK: the event that it waits for is among the options',
    fn: {
      id: 'fn',
      body: async (step) => ({
        event: (await step.waitForEvent('wait', { event: 'conformance/never', timeout: '1s' })) ?? null,
      }),
    },
    calls: 2,
    run: { status: 'COMPLETED', output: { event: null } },
  }),
  goRow({
    id: 'go-checkpoint',
    title: 'an app of the Go SDK reports steps without the generation of the call',
    fn: {
      id: 'fn',
      checkpoint: {},
      body: async (step) => ({
        sum: (await step.run('a', () => 1)) + (await step.run('b', () => 2)),
      }),
    },
    calls: 1,
    run: { status: 'COMPLETED', output: { sum: 3 } },
  }),
  goRow({
    id: 'go-moved',
    title: 'an app answers 307: the same call is made where it says',
    fn: { id: 'fn', body: async (step) => ({ one: await step.run('one', () => 1) }) },
    isMoved: true,
    calls: 2,
    run: { status: 'COMPLETED', output: { one: 1 } },
  }),
  goRow({
    id: 'go-stream',
    title: 'an app streams its answers: status 201 first, then what came of the call',
    fn: { id: 'fn', body: async (step) => ({ one: await step.run('one', () => 1) }) },
    isStreaming: true,
    calls: 2,
    run: { status: 'COMPLETED', output: { one: 1 } },
  }),
];
