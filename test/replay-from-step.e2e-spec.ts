import type { Inngest, InngestFunction } from 'inngest';
import type { InngestHarness, Run } from '../src/testing/nest.js';
import { clientModes } from './support/client-mode.js';
import { returned, startFunctions } from './support/sdk-functions.js';

interface Answer {
  data?: { runId: string };
  errors?: { code: string; message: string }[];
}

interface Span {
  name: string;
  stepId?: string;
  status: string;
  copiedFromRunId?: string;
}

describe.each(clientModes())('A replay from a step ($checkpointing)', (client) => {
  let inngest: InngestHarness;
  /** The steps whose code ran, with what they were given. */
  let ran: string[];

  const define = (app: Inngest): InngestFunction.Any[] => [
    app.createFunction({ id: 'fn', retries: 0, triggers: { event: 'go' } }, async ({ step, event }) => {
      const a = await step.run('a', () => {
        ran.push('a');
        return { n: 1 };
      });
      const caught = await step
        .run('fails', () => {
          ran.push('fails');
          throw new Error('as always');
        })
        .catch((error: Error) => error.message);
      await step.sleep('nap', '1h');
      const [left, right] = await Promise.all([
        step.run('left', () => ran.push('left')),
        step.run('right', () => ran.push('right')),
      ]);
      const sum = await step.run(
        'sum',
        (x: number, y: number) => {
          ran.push(`sum ${x}+${y}`);
          return x + y;
        },
        a.n,
        10,
      );
      for (const one of ['x', 'y']) await step.run('again', () => ran.push(`again ${one}`));
      const last = await step.run({ id: 'last', name: 'The last one' }, () => {
        ran.push('last');
        if ((event.data as { fails?: boolean }).fails) throw new Error('at last');
        return 'ok';
      });
      return { a, caught, sum, last, both: [left, right].every((one) => one > 0) };
    }),
  ];

  beforeEach(async () => {
    ran = [];
    inngest = await startFunctions(define, { client });
  });

  afterEach(() => inngest.close());

  const first = async (data: Record<string, unknown> = {}): Promise<Run> => {
    const [id] = await inngest.send({ name: 'go', data });
    const run = await inngest.ended(id);
    ran = [];
    return run;
  };
  const spans = async (id: string): Promise<Span[]> =>
    (await inngest.get<{ data: { rootSpan: { children: Span[] } } }>(`/api/v2/runs/${id}/trace`)).data
      .rootSpan.children;
  const ask = async (run: Run, fromStep: unknown): Promise<{ status: number; body: Answer }> => {
    const answer = await fetch(`${inngest.server.url}/api/v2/runs/${run.id}/rerun`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ fromStep }),
    });
    return { status: answer.status, body: (await answer.json()) as Answer };
  };
  const replay = async (run: Run, fromStep: unknown): Promise<Run> => {
    const { status, body } = await ask(run, fromStep);
    expect(status).toBe(200);
    await inngest.allEnded();
    const { data } = await inngest.get<{ data: Run }>(`/api/v2/runs/${body.data?.runId}?includeOutput=true`);
    return data;
  };

  it('executes that step and those after it, and no step before it', async () => {
    const run = await first();
    const again = await replay(run, { stepId: 'sum' });

    expect(ran).toEqual(['sum 1+10', 'again x', 'again y', 'last']);
    expect(again).toMatchObject({ status: 'COMPLETED', originalRunId: run.id });
    expect(again.output).toEqual((run as Run & { output: unknown }).output);
    expect(Date.parse(again.endedAt ?? '') - Date.parse(again.queuedAt)).toBe(0);
  });

  it('gives the step another input, which the steps after it do not get', async () => {
    const again = await replay(await first(), { stepId: 'sum', input: [20, 30] });

    expect(returned(again)).toMatchObject({ sum: 50 });
    expect(ran).toEqual(['sum 20+30', 'again x', 'again y', 'last']);
  });

  it('sleeps again from a sleep on', async () => {
    const again = await replay(await first(), { stepId: 'nap' });

    expect(Date.parse(again.endedAt ?? '') - Date.parse(again.queuedAt)).toBe(3_600_000);
    expect(ran.slice(2)).toEqual(['sum 1+10', 'again x', 'again y', 'last']);
    expect(returned(again)).toMatchObject({ caught: 'as always', sum: 11 });
  });

  it('begins with the failed step of a run, whose code may be mended by now', async () => {
    const run = await first({ fails: true });
    const failed = (await spans(run.id)).find(({ name }) => name === 'The last one');
    const again = await replay(run, { stepId: failed?.stepId });

    expect(run.status).toBe('FAILED');
    expect(ran).toEqual(['last']);
    expect(again.status).toBe('FAILED');
  });

  it('shows which results it took over, also in the replay of a replay', async () => {
    const run = await first();
    const again = await replay(await replay(run, { stepId: 'sum' }), { stepId: 'last' });

    const steps = await spans(again.id);
    expect(steps.map(({ name, copiedFromRunId }) => [name, copiedFromRunId === run.id])).toEqual([
      ['a', true],
      ['fails', true],
      ['nap', true],
      ['left', true],
      ['right', true],
      ['sum', false],
      ['again', false],
      ['again', false],
      ['The last one', false],
      ...(client.checkpointing ? [] : [['Finalization', false]]),
    ]);
    expect(ran.slice(-1)).toEqual(['last']);
    expect(steps.find(({ name }) => name === 'fails')).toMatchObject({ status: 'FAILED' });
  });

  it('takes the hashed id, the name, or the id in the code', async () => {
    const run = await first();
    const last = (await spans(run.id)).find(({ name }) => name === 'The last one');

    for (const stepId of [last?.stepId, 'The last one', 'last']) {
      ran = [];
      await replay(run, { stepId });
      expect(ran).toEqual(['last']);
    }
  });

  it('refuses what is no step or no input of it', async () => {
    const refusals: [unknown, string][] = [
      [{ stepId: 'none' }, 'Step not found in original run: "none"'],
      [{ stepId: 'again' }, 'Step name matches multiple steps in original run'],
      [{ stepId: '' }, 'Step ID is required'],
      [{}, 'Step ID is required'],
      [{ stepId: 7 }, 'Step ID is required'],
      ['sum', '"fromStep" must be an object with "stepId".'],
      [['sum'], '"fromStep" must be an object with "stepId".'],
      [{ stepId: 'sum', input: { x: 1 } }, 'Step input must be a valid JSON array'],
      [{ stepId: 'sum', input: ['a'.repeat(4 * 1024 * 1024)] }, 'at most 4194304 are possible'],
      [{ stepId: 'nap', input: [1] }, 'takes no input'],
      [{ stepId: 'sum', inputs: [1] }, 'Unknown in the fromStep: "inputs"'],
    ];
    const run = await first();

    for (const [fromStep, message] of refusals) {
      const { status, body } = await ask(run, fromStep);

      expect({ status, errors: body.errors }).toEqual({
        status: 400,
        errors: [{ code: 'invalid_request', message: expect.stringContaining(message) }],
      });
      expect((await inngest.allRuns()).filter(({ id }) => id > run.id)).toEqual([]);
    }
  });
});
