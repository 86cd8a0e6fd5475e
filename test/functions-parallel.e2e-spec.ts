import type { InngestHarness, Run } from '../src/testing/nest.js';
import { clientModes } from './support/client-mode.js';
import { returned, startFunctions, type Define } from './support/sdk-functions.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

describe.each(clientModes())('Parallel steps ($checkpointing)', (client) => {
  let inngest: InngestHarness;

  const runOf = async (define: Define): Promise<Run> => {
    inngest = await startFunctions(define, { client });
    const [id] = await inngest.send({ name: 'go' });
    return inngest.ended(id);
  };

  afterEach(() => inngest.close());

  it('run side by side, and give their results in order', async () => {
    const run = await runOf((app, clock) => [
      app.createFunction({ id: 'fn', triggers: { event: 'go' } }, async ({ step }) => {
        const results = await Promise.all(
          [30, 10, 20].map((seconds) =>
            step.run(`work-${seconds}`, async () => {
              await clock.sleep(seconds * SECOND);
              return seconds;
            }),
          ),
        );
        return step.run('sum', () => results.concat(results.length));
      }),
    ]);

    expect(returned(run)).toEqual([30, 10, 20, 3]);
    expect(inngest.elapsed).toBe(30 * SECOND);
  });

  it('mix sleeps, waits, invocations and steps', async () => {
    const run = await runOf((app) => {
      const callee = app.createFunction({ id: 'callee' }, async ({ step }) => {
        await step.sleep('rest', '20m');
        return 'called';
      });
      return [
        callee,
        app.createFunction({ id: 'fn', triggers: { event: 'go' } }, ({ step }) =>
          Promise.all([
            step.sleep('sleep', '1h'),
            step.waitForEvent('wait', { event: 'never', timeout: '30m' }),
            step.invoke('call', { function: callee }),
            step.run('work', () => 'worked'),
          ]),
        ),
      ];
    });

    expect(returned(run)).toEqual([null, null, 'called', 'worked']);
    expect(inngest.elapsed).toBe(HOUR);
  });

  it('a step that fails is tried on its own, the others run once', async () => {
    const ran: string[] = [];
    const run = await runOf((app) => [
      app.createFunction({ id: 'fn', triggers: { event: 'go' }, retries: 2 }, async ({ step, attempt }) =>
        Promise.allSettled(
          ['a', 'b', 'c'].map((id) =>
            step.run(id, () => {
              ran.push(id + attempt);
              if (id === 'b') throw new Error(`b${attempt}`);
              return id;
            }),
          ),
        ).then((results) =>
          results.map((result) =>
            result.status === 'fulfilled' ? result.value : (result.reason as Error).message,
          ),
        ),
      ),
    ]);

    expect(returned(run)).toEqual(['a', 'b2', 'c']);
    expect(ran.toSorted()).toEqual(['a0', 'b0', 'b1', 'b2', 'c0']);
  });

  it('chains go on side by side', async () => {
    const run = await runOf((app) => [
      app.createFunction({ id: 'fn', triggers: { event: 'go' } }, async ({ step }) => {
        const chain = async (name: string, minutes: number): Promise<string> => {
          const first = await step.run(`${name}1`, () => name);
          await step.sleep(`${name} rest`, minutes * MINUTE);
          return step.run(`${name}2`, () => first + first);
        };
        return Promise.all([chain('a', 10), chain('b', 20)]);
      }),
    ]);

    expect(returned(run)).toEqual(['aa', 'bb']);
    const starts = (await inngest.steps(run)).map(({ name, startedAt = '' }) => [
      name,
      inngest.since(startedAt),
    ]);
    expect(Object.fromEntries(starts)).toMatchObject({ a2: 10 * MINUTE, b2: 20 * MINUTE });
  });

  const race =
    (go: (steps: () => Promise<string>[], group: RaceGroup) => Promise<string>): Define =>
    (app, clock) => [
      app.createFunction({ id: 'fn', triggers: { event: 'go' } }, async ({ step, group }) => {
        const work = (id: string, seconds: number): Promise<string> =>
          step.run(id, async () => {
            await clock.sleep(seconds * SECOND);
            return id;
          });
        const winner = await go(() => [work('slow', 60), work('fast', 1), work('medium', 5)], group);
        return step.run('after', () => winner);
      }),
    ];

  /** When the step after the race began. */
  const afterAt = async (run: Run): Promise<number> => {
    const after = (await inngest.steps(run)).find(({ name }) => name === 'after');
    return inngest.since(after?.startedAt ?? '');
  };

  it('Promise.race gives the fastest, once all of them are done', async () => {
    const run = await runOf(race((steps) => Promise.race(steps())));

    expect(returned(run)).toBe('fast');
    expect(await afterAt(run)).toBe(60 * SECOND);
  });

  it.each([
    [
      "group.parallel in the mode 'race'",
      (steps: () => Promise<string>[], group: RaceGroup) =>
        group.parallel({ mode: 'race' }, () => Promise.race(steps())),
    ],
    [
      'group.parallel without a mode',
      (steps: () => Promise<string>[], group: RaceGroup) => group.parallel(() => Promise.race(steps())),
    ],
  ])('%s goes on as soon as the fastest is done', async (_what, go) => {
    const run = await runOf(race(go));

    expect(returned(run)).toBe('fast');
    expect(await afterAt(run)).toBe(SECOND);
  });

  it('optimizeParallelism: false follows every step up at once', async () => {
    inngest = await startFunctions(
      race((steps) => Promise.race(steps())),
      {
        client: { ...client, optimizeParallelism: false },
      },
    );
    const [id] = await inngest.send({ name: 'go' });
    const run = await inngest.ended(id);

    expect(returned(run)).toBe('fast');
    expect(await afterAt(run)).toBe(SECOND);
  });

  it('a sleep is a time limit for a wait; the run ends when the wait has', async () => {
    const run = await runOf((app) => [
      app.createFunction({ id: 'fn', triggers: { event: 'go' } }, async ({ step }) => {
        const what = await Promise.race([
          step.waitForEvent('answer', { event: 'answered', timeout: '1h' }).then(() => 'answered'),
          step.sleep('limit', '10m').then(() => 'too late'),
        ]);
        return step.run('after', () => what);
      }),
    ]);

    expect(returned(run)).toBe('too late');
    expect(await afterAt(run)).toBe(10 * MINUTE);
    expect(inngest.elapsed).toBe(HOUR);
  });
});

interface RaceGroup {
  parallel: {
    <T>(callback: () => Promise<T>): Promise<T>;
    <T>(options: { mode: 'race' }, callback: () => Promise<T>): Promise<T>;
  };
}
