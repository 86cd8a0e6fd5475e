import type { Script } from './support/scripted-app.js';
import { WorkCounter, type Work } from './support/work-counter.js';

/** The hashed ids of the steps. */
const FIRST = 'b910277128ffde0ff5d29f0080328266c904186d';
const SECOND = '69694ddc0e4ba2161373308270a884b7031c327b';
const THIRD = '530e65f1563a7d7c14bd63c37ef937e7eed908dc';
const ERROR = { name: 'Error', message: 'no' };
/** A URL at which nothing listens. */
const NOBODY = 'http://127.0.0.1:9/';
const DONE = { status: 200, body: null };
const op = (code: string, more: object = {}, id = FIRST): object => ({ op: code, id, name: 'step', ...more });
const ask = (...ops: object[]): Script[number] => ({ status: 206, body: ops });
const executed = op('StepRun', { data: null });

interface Scenario {
  /** The app's answers to the calls of the function. */
  script: Script;
  /** The number of calls that the app receives, including calls of other functions. By default the length of the script. */
  calls?: number;
  /** What happens after the first call. */
  meanwhile?: (counter: WorkCounter) => Promise<unknown>;
}

/** Each kind of op in the smallest run that contains it. It is compared with a run without ops. */
const SCENARIOS: Record<string, Scenario> = {
  'run-without-steps': { script: [DONE] },
  'run-complete': { script: [ask(op('RunComplete', { data: null }))] },
  'step-run': { script: [ask(executed), DONE] },
  'step-run-checkpoint': { script: [{ checkpoints: [executed], ...DONE }] },
  'step-error': { script: [ask(op('StepError', { error: ERROR })), ask(executed), DONE] },
  'step-failed': { script: [ask(op('StepFailed', { error: ERROR })), DONE] },
  'two-steps-planned': {
    script: [
      ask(op('StepPlanned'), op('StepPlanned', {}, SECOND)),
      ask(executed),
      ask(op('StepRun', { data: null }, SECOND)),
      DONE,
    ],
  },
  'function-error': { script: [{ status: 500, body: ERROR }, DONE] },
  sleep: { script: [ask(op('Sleep', { name: '1h' })), DONE] },
  'wait-that-expires': {
    script: [ask(op('WaitForEvent', { opts: { event: 'nothing', timeout: '1h' } })), DONE],
  },
  'wait-for-event': {
    script: [ask(op('WaitForEvent', { opts: { event: 'answer', timeout: '1h' } })), DONE],
    meanwhile: (counter) => counter.send([{ name: 'answer', data: {} }]),
  },
  'wait-for-signal': {
    script: [ask(op('WaitForSignal', { opts: { signal: 'answer', timeout: '1h' } })), DONE],
    meanwhile: (counter) => counter.post('/v1/signals', { signal: 'answer', data: null }),
  },
  'invoke-function': {
    script: [
      ask(op('InvokeFunction', { opts: { function_id: 'app-run-without-steps', payload: {} } })),
      DONE,
    ],
    calls: 3,
  },
  gateway: { script: [ask(op('Gateway', { opts: { url: NOBODY, method: 'GET' } })), DONE] },
  'ai-gateway': {
    script: [ask(op('AIGateway', { opts: { url: NOBODY, body: {}, format: 'openai-chat' } })), DONE],
  },
  'defer-add': {
    script: [ask(executed, op('DeferAdd', { opts: { fn_slug: 'app-deferred', input: {} } }, SECOND)), DONE],
  },
  'defer-abort': {
    script: [
      ask(executed, op('DeferAdd', { opts: { fn_slug: 'app-deferred', input: {} } }, SECOND)),
      ask(executed, op('DeferAbort', { opts: { target_hashed_id: SECOND } }, THIRD)),
      DONE,
    ],
  },
  'discovery-request': { script: [ask(op('DiscoveryRequest')), DONE] },
  'step-not-found': { script: [ask(op('StepNotFound')), DONE] },
};

/**
 * The exact amount of work of the server: for events that start nothing, for a run without steps, and for each op (the difference
 * between its run and a run without ops). If a number falls, that is an improvement: write the new number here. If a number
 * rises, that is a regression, unless the server now does more: then say so in the commit.
 */
const EXPECTED = `
                          statements  transactions      requests  bytes parsed
1 event                            1             1             1            36
100 events                       100             1             1          3701
run-without-steps                 11             2             2            52
run-complete                      -1             0             0            87
step-run                           5             1             1           102
step-run-checkpoint                1             1             1           476
step-error                        28             4             2           232
step-failed                       10             1             1           164
two-steps-planned                 32             2             3           395
function-error                    17             3             1            34
sleep                             36             9             1           158
wait-that-expires                 45             9             1           145
wait-for-event                    41             2             2           252
wait-for-signal                   42             3             2           205
invoke-function                   53             2             2          1057
gateway                           22             4             1           128
ai-gateway                        22             4             1           151
defer-add                         14             1             1           230
defer-abort                       23             2             2           496
discovery-request                  8             1             1            95
step-not-found                    19             3             1            88
`;

const events = (count: number): object[] =>
  Array.from({ length: count }, (_, index) => ({ name: 'nothing', data: { n: 1_000 + index } }));

describe('Counted work', () => {
  let counter: WorkCounter;

  beforeAll(async () => {
    const scripts = Object.entries(SCENARIOS).map(([name, { script }]) => [name, script] as const);
    counter = await WorkCounter.start(Object.fromEntries(scripts));
  });
  afterAll(() => counter.close());

  /** Measures the second execution, because the first one fills caches. */
  const measure = async (something: () => Promise<unknown>): Promise<Work> => {
    await counter.of(something);
    return counter.of(something);
  };

  it('is done for events, runs and each kind of op, no more and no less', async () => {
    const measured: Record<string, Work> = {
      '1 event': await measure(() => counter.send(events(1))),
      '100 events': await measure(() => counter.send(events(100))),
    };
    let bare: Work | undefined;
    for (const [name, { script, calls = script.length, meanwhile }] of Object.entries(SCENARIOS)) {
      const run = [{ name, data: {} }];
      const work = await measure(() => counter.run(run, calls, meanwhile && (() => meanwhile(counter))));
      measured[name] = bare === undefined ? work : difference(work, bare);
      bare ??= work;
    }

    expect(table(measured)).toBe(EXPECTED);
  });
});

function difference(work: Work, bare: Work): Work {
  return {
    statements: work.statements - bare.statements,
    transactions: work.transactions - bare.transactions,
    requests: work.requests - bare.requests,
    parsed: work.parsed - bare.parsed,
  };
}

function table(measured: Record<string, Work>): string {
  const row = (name: string, cells: readonly unknown[]): string =>
    name.padEnd(22) + cells.map((cell) => String(cell).padStart(14)).join('');
  const rows = Object.entries(measured).map(([name, { statements, transactions, requests, parsed }]) =>
    row(name, [statements, transactions, requests, parsed]),
  );
  return `\n${[row('', ['statements', 'transactions', 'requests', 'bytes parsed']), ...rows].join('\n')}\n`;
}
