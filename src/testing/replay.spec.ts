import { Inngest, type InngestFunction } from 'inngest';
import { createTestServer, ReplayError, type RunFixture, type TestServer } from './index.js';

const silent = { info: () => {}, warn: () => {}, error: () => {}, debug: () => {} };

let server: TestServer;
let client: Inngest;
/** The steps whose code was executed. */
let executed: string[];
beforeAll(async () => {
  server = await createTestServer();
});
afterAll(() => server.close());
beforeEach(() => {
  client = new Inngest({ id: 'shop', logger: silent });
  executed = [];
});

type Steps = {
  run: (id: string, value?: unknown) => Promise<unknown>;
  sleep: (id: string) => Promise<void>;
};

/** A function that records which of its steps are executed. */
function flow(
  body: (steps: Steps, data: Record<string, unknown>) => unknown,
  id = 'flow',
): InngestFunction.Any {
  return client.createFunction({ id, triggers: { event: 'go' } }, ({ event, step }) =>
    body(
      {
        run: (stepId, value = stepId) =>
          step.run(stepId, () => {
            executed.push(stepId);
            return value;
          }),
        sleep: (stepId) => step.sleep(stepId, '1d'),
      },
      event.data as Record<string, unknown>,
    ),
  );
}

/** A function that runs these steps one after the other. */
const mapLimited = (...ids: string[]): InngestFunction.Any =>
  flow(async ({ run }) => {
    const outputs: unknown[] = [];
    for (const id of ids) outputs.push(await run(id));
    return outputs;
  });

const event = { name: 'go', data: { n: 20 } };
const abc: RunFixture = { event, steps: { a: { data: 1 }, b: { data: 2 }, c: { data: 3 } } };

describe('replay', () => {
  it('gives the code the recorded outputs, and executes no step', async () => {
    const fn = flow(async ({ run, sleep }, { n }) => {
      const a = (await run('a')) as number;
      await sleep('nap');
      return a + ((await run('b')) as number) + (n as number);
    });

    const result = await server.replay({ event, steps: { a: { data: 1 }, nap: null, b: { data: 2 } } }, [fn]);

    expect(result).toEqual({ status: 'COMPLETED', output: 23, executed: [], waitingFor: [] });
    expect(executed).toEqual([]);
    expect(await server.allRuns()).toEqual([]);
  });

  it('takes an exported run, with parallel and repeated steps, waits, invocations and failures', async () => {
    const other = client.createFunction({ id: 'other', triggers: { event: 'other' } }, () => 'invoked');
    const fn = client.createFunction(
      { id: 'all', retries: 0, triggers: { event: 'all' } },
      async ({ step }) => {
        const parallel = await Promise.all(
          [3, 1, 2].map((n) => step.run({ id: `p-${n}`, name: 'Part' }, () => (executed.push('p'), n))),
        );
        const again = [
          await step.run('again', () => executed.push('again')),
          await step.run('again', () => 'twice'),
        ];
        const none = await step.waitForEvent('wait', { event: 'never', timeout: '1h' });
        const invoked: unknown = await step.invoke('invoke', { function: other });
        const failed = await step
          .run('fail', () => {
            throw new Error('no luck');
          })
          .catch((error: Error) => error.message);
        await step.sendEvent('tell', { name: 'told' });
        const first = await Promise.race([step.run('slow', () => 'slow'), step.run('quick', () => 'quick')]);
        return { parallel, again, none, invoked, failed, first };
      },
    );
    await server.serve(client, [fn, other]);
    const run = await server.run('all');
    expect(run.status).toBe('COMPLETED');
    const fixture = JSON.parse(JSON.stringify(await server.fixture(run))) as RunFixture;
    executed = [];

    expect(await server.replay(fixture, [other, fn])).toMatchObject({
      status: 'COMPLETED',
      output: run.output,
    });
    expect(await server.replay(run, [other, fn])).toMatchObject({ status: 'COMPLETED', output: run.output });
    expect(executed).toEqual([]);
    await server.reset();
  });

  it('finds steps by hashed id and by name, the second of one name too', async () => {
    const fn = flow(async ({ run }) => [await run('a'), await run('a'), await run('b')]);
    const hashOfB = 'e9d71f5ee7c92d6dc9e92ffdad17b8bd49418f98';

    const steps = [
      { name: 'a', data: 1 },
      { name: 'a', data: 2 },
      { id: hashOfB, name: 'Bee', data: 3 },
    ];

    expect(await server.replay({ events: [event], steps }, [fn])).toMatchObject({ output: [1, 2, 3] });
    const byId = { a: { data: 1 }, 'a:1': { data: 2 }, [hashOfB]: { data: 3 } };
    expect(await server.replay({ event, steps: byId }, [fn])).toMatchObject({ output: [1, 2, 3] });
  });

  it('executes only steps that the recording has without an output', async () => {
    const steps = [{ name: 'a', data: 1 }, { name: 'b' }];

    const result = await server.replay({ event, steps }, [mapLimited('a', 'b')]);

    expect(result).toMatchObject({ status: 'COMPLETED', output: [1, 'b'], executed: ['b'] });
    expect(executed).toEqual(['b']);
  });

  it('stops where the recorded run was waiting', async () => {
    const fn = flow(({ run, sleep }) => run('a').then(() => sleep('nap')));

    const result = await server.replay({ event, steps: [{ name: 'a', data: 1 }, { name: 'nap' }] }, [fn]);

    expect(result).toMatchObject({ status: 'WAITING', waitingFor: ['nap'], executed: [] });
  });

  it('tells how the function fails, and replays failure handlers', async () => {
    const fn = client.createFunction(
      { id: 'bad', triggers: { event: 'go' }, onFailure: ({ error }) => `handled ${error.message}` },
      async ({ step }) => {
        await step.run('a', () => executed.push('a'));
        throw new Error('unreachable');
      },
    );

    const failed = { event, steps: { a: { error: { name: 'Error', message: 'as recorded' } } } };
    expect(await server.replay(failed, [fn])).toMatchObject({
      status: 'FAILED',
      error: { message: 'as recorded' },
    });
    const failure = {
      function: 'shop-bad-failure',
      event: { name: 'inngest/function.failed', data: { error: { message: 'x' }, event, run_id: 'r' } },
      steps: [],
    };
    expect(await server.replay(failure, [fn])).toMatchObject({ status: 'COMPLETED', output: 'handled x' });
    expect(executed).toEqual([]);
  });

  it('lets go of the client afterwards', async () => {
    const fn = mapLimited('a', 'b', 'c');
    await server.replay(abc, [fn]);
    await expect(server.replay(abc, [mapLimited('a')])).rejects.toThrow(ReplayError);

    const other = await createTestServer();
    await other.serve(client, [fn]);
    await expect(server.replay(abc, [fn])).rejects.toThrow('"shop" is in use by another test server');
    await other.close();
  });
});

describe('replay fails for the first step that', () => {
  it.each([
    ['is missing', ['a', 'c'], 'missing', 'b', 'The step "b" of the recording is missing in the code.'],
    [
      'is missing at the end',
      ['a', 'b'],
      'missing',
      'c',
      'The step "c" of the recording is missing in the code.',
    ],
    [
      'is new',
      ['a', 'x', 'b', 'c'],
      'new',
      'x',
      'The step "x" is new: the code asks for it where the recording has "b".',
    ],
    ['is new at the end', ['a', 'b', 'c', 'x'], 'new', 'x', 'after the last one recorded'],
    ['has another name', ['x', 'b', 'c'], 'new', 'x', 'where the recording has "a"'],
    [
      'comes in another order',
      ['a', 'c', 'b'],
      'order',
      'b',
      'the recording has "b" where the code asks for "c"',
    ],
    ['is missing, before a new one', ['b', 'x'], 'missing', 'a', 'missing in the code'],
  ])('%s', async (_, ids, problem, name, message) => {
    const error = await server.replay(abc, [mapLimited(...ids)]).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(ReplayError);
    expect(error).toMatchObject({ problem, step: { name } });
    expect((error as Error).message).toContain(message);
    expect(executed).toEqual([]);
  });

  it('is new among parallel ones', async () => {
    const fn = flow(({ run }) => Promise.all(['a', 'b', 'c', 'd'].map((id) => run(id))));

    await expect(server.replay(abc, [fn])).rejects.toMatchObject({ problem: 'new', step: { name: 'd' } });
  });

  it('but takes parallel steps in whatever order they were done', async () => {
    const fn = flow(({ run }) => Promise.all(['c', 'a', 'b'].map((id) => run(id))));

    await expect(server.replay(abc, [fn])).resolves.toMatchObject({ output: [3, 1, 2] });
  });
});

describe('replay refuses', () => {
  const refused = (fixture: unknown, ...fns: InngestFunction.Any[]): Promise<unknown> =>
    server.replay(fixture as RunFixture, fns);

  it('a fixture that is none, naming what is wrong with it', async () => {
    const fn = mapLimited('a');
    await expect(refused(null, fn)).rejects.toThrow('A fixture must be an object with "events" and "steps".');
    await expect(refused({ steps: [] }, fn)).rejects.toThrow('The fixture has no event');
    await expect(refused({ events: [], steps: [] }, fn)).rejects.toThrow('The fixture has no event');
    await expect(refused({ event: {}, steps: [] }, fn)).rejects.toThrow('event 0 has no name');
    await expect(refused({ event }, fn)).rejects.toThrow('"steps" must be a list or an object');
    await expect(refused({ event, steps: [7] }, fn)).rejects.toThrow('step 0 is not an object');
    await expect(refused({ event, steps: [{ data: 1 }] }, fn)).rejects.toThrow('neither "id" nor "name"');
    const twice = [
      { id: 'a', data: 1 },
      { id: 'a', data: 2 },
    ];
    await expect(refused({ event, steps: twice }, fn)).rejects.toThrow('has the step "a" twice');
  });

  it('functions among which it cannot choose', async () => {
    const [one, other] = [flow(() => 1, 'one'), flow(() => 2, 'other')];
    await expect(refused(abc, one, other)).rejects.toThrow(
      'names no "function", and there are several: one, other',
    );
    await expect(refused({ ...abc, function: 'third' }, one, other)).rejects.toThrow(
      'belongs to the function "third", which is not among: one, other.',
    );
    await expect(refused(abc)).rejects.toThrow('a list with at least one Inngest function');
    const stranger = { id: () => 'stranger' } as unknown as InngestFunction.Any;
    await expect(refused(abc, stranger)).rejects.toThrow('The function "stranger" has no client.');
    await expect(refused({ event, function: 'shop-one', steps: [] }, one, other)).resolves.toMatchObject({
      output: 1,
    });
  });
});
