import type { InngestHarness } from '../src/testing/nest.js';
import { returned, startFunctions } from './support/sdk-functions.js';

/** Keys that code handles wrongly if it copies objects or reads paths carelessly. */
const ODD_KEYS = [
  '',
  ' ',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'then',
  'length',
  'toJSON',
  'a.b',
  'a[0]',
  '$ref',
  "it's",
  '"quoted"',
  'back\\slash',
  'new\nline',
  '0',
  '01',
  '-1',
  '\u2028',
  'ключ',
  '😀',
  '_inngest',
  'data',
  'error',
];

/** Parsed from text, so that `__proto__` becomes an ordinary key. */
const oddObject = JSON.parse(`{${ODD_KEYS.map((key, n) => `${JSON.stringify(key)}:${n}`).join()}}`) as object;

const nested = (levels: number): unknown =>
  JSON.parse('{"a":['.repeat(levels) + '1' + ']}'.repeat(levels)) as unknown;

describe('Data of an unusual form', () => {
  let inngest: InngestHarness;
  let seen: string | undefined;

  beforeEach(async () => {
    seen = undefined;
    inngest = await startFunctions((app) => [
      app.createFunction({ id: 'fn', triggers: { event: 'go' } }, async ({ step, event }) => {
        const { value } = event.data as { value: unknown };
        const fromStep = (await step.run('echo', () => ({ value }))) as { value: unknown };
        await step.sleep('rest', '1h');

        seen = JSON.stringify(fromStep.value);
        return { value: fromStep.value };
      }),
    ]);
  });

  afterEach(() => inngest.close());

  it.each([
    ['odd keys', oddObject],
    ['an object that is 300 levels deep', nested(150)],
    ['a list of 100,000 numbers', Array.from({ length: 100_000 }, (_, n) => n)],
    ['a list of 20,000 objects', Array.from({ length: 20_000 }, (_, n) => ({ n, t: null }))],
    ['10,000 keys', Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`k${n}`, n]))],
    ['numbers at their limits', [0, 1e21, 5e-324, Number.MAX_SAFE_INTEGER, -1.5, 1e308]],
    ['texts', ['', '\ud83d\ude00', 'a\u0000b', '\u007f', '</script>', '${x}', '%00']],
  ])('goes through an event, a step and a result unchanged: %s', async (_, value) => {
    const expected = JSON.stringify(value);
    const body = `{"name":"go","data":{"value":${expected}}}`;
    const answer = await fetch(`${inngest.server.url}/e/test`, { method: 'POST', body });
    const { ids } = (await answer.json()) as { ids: string[] };
    const run = await inngest.ended(ids[0]);

    expect(run.status).toBe('COMPLETED');
    expect(seen).toBe(expected);
    expect(JSON.stringify((returned(run) as { value: unknown }).value)).toBe(expected);
  });
});

describe('Two triggers for one event', () => {
  let inngest: InngestHarness;

  afterEach(() => inngest.close());

  it.each([
    [{ n: 1 }, ['both']],
    [{ n: 5 }, ['both', 'second fails']],
    [{ n: 9 }, []],
    [{ other: 1 }, []],
  ])(
    'start a function when only the second condition holds, or the first fails: %j',
    async (data, started) => {
      inngest = await startFunctions((app) => [
        app.createFunction(
          {
            id: 'both',
            triggers: [
              { event: 'go', if: 'event.data.n == 5' },
              { event: 'go', if: 'event.data.n == 1' },
            ],
          },
          () => undefined,
        ),
        app.createFunction(
          {
            id: 'second fails',
            triggers: [
              { event: 'go', if: "event.data.n.startsWith('x')" },
              { event: 'go', if: 'event.data.n == 5' },
            ],
          },
          () => undefined,
        ),
      ]);
      const [id] = await inngest.send({ name: 'go', data });
      await inngest.allEnded();

      expect((await inngest.runs(id)).map((run) => run.function.name).toSorted()).toEqual(started);
    },
  );
});
