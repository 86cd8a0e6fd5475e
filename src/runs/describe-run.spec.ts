import * as fc from 'fast-check';
import { describeRun, isMixed, statusOf } from './describe-run.js';
import { parseRun, parseSpan, type Json } from './parse-records.js';
import type { RunRecord } from './run-record.js';
import type { RunView } from './run-view.js';

/** The time this many seconds after the event, for example `at(1.5)`. */
const at = (seconds: number): string =>
  new Date(Date.UTC(2026, 10, 23, 13, 49) + seconds * 1000).toISOString();

const STEP_4 = { name: 'step-4', stepId: '165fb11a' };

const failedAttempt = (attempt: number, from: number): Json => ({
  ...STEP_4,
  name: `Attempt ${attempt}`,
  status: 'FAILED',
  startedAt: at(from),
  endedAt: at(from + 0.01),
  output: { name: 'Error', message: `boom ${attempt}`, stack: 'Error: boom\n    at …' },
});

const STEP_1 = {
  name: 'step-1',
  stepId: 'b9102771',
  status: 'COMPLETED',
  startedAt: at(0.1),
  endedAt: at(0.2),
  output: { ok: 1 },
};

/** The span of a call, which the trace of a real server contains besides the steps. */
const CALL = { name: 'executor.nonstep', status: 'COMPLETED', startedAt: at(0), endedAt: at(1) };

function describeIt(run: Json, children: Json[] = [], jobs: { at: string; attempt: number }[] = []): RunView {
  const trace = parseSpan({ name: 'Run', status: run['status'], children: [CALL, ...children] });
  return describeRun(parseRun({ id: '01M84ANNWVWBP7SPVG9HWX15JS', queuedAt: at(0), ...run }), trace, jobs);
}

describe('The status of a run', () => {
  const status = fc.constantFrom(
    'QUEUED',
    'RUNNING',
    'COMPLETED',
    'FAILED',
    'CANCELLED',
    'SKIPPED',
    'NEW',
    '',
  );
  const run = fc.record({
    id: fc.constant('1'),
    status,
    startedAt: fc.option(fc.constant(at(1)), { nil: undefined }),
  });

  it('is never final without an end time, whatever Inngest calls it', () => {
    fc.assert(
      fc.property(run, (record) => {
        expect(['QUEUED', 'RUNNING', 'WAITING']).toContain(statusOf(record));
      }),
    );
  });

  it('is final with an end time, if Inngest calls it so', () => {
    fc.assert(
      fc.property(run, (record) => {
        const isFinal = ['COMPLETED', 'FAILED', 'CANCELLED', 'SKIPPED'].includes(record.status);
        expect(statusOf({ ...record, endedAt: at(2) })).toBe(isFinal ? record.status : 'RUNNING');
      }),
    );
  });

  it.each<[string, Partial<RunRecord>, string]>([
    ['in the queue', { status: 'QUEUED' }, 'QUEUED'],
    ['executing', { status: 'RUNNING' }, 'RUNNING'],
    ['asleep, which version 2 calls completed', { status: 'COMPLETED' }, 'WAITING'],
    ['waiting for its retry, which version 2 calls failed', { status: 'FAILED' }, 'WAITING'],
    ['held back by the server', { status: 'RUNNING', waiting: { reason: 'concurrency' } }, 'WAITING'],
    ['held back before its start', { status: 'QUEUED', waiting: { reason: 'throttled' } }, 'QUEUED'],
    ['being cancelled', { status: 'CANCELLED' }, 'RUNNING'],
  ])('%s', (_, record, expected) => {
    expect(statusOf({ id: '1', status: '', ...record })).toBe(expected);
  });
});

describe('A run that has completed', () => {
  it('has an output, and its steps in the order they began', () => {
    const step2 = { ...STEP_1, name: 'step-2', stepId: '69694ddc', startedAt: at(0.3), endedAt: at(0.4) };
    const view = describeIt(
      { status: 'COMPLETED', startedAt: at(0), endedAt: at(1), output: { taskId: 't' } },
      [{ ...step2, output: { data: 'two' } }, STEP_1],
    );
    expect(view).toMatchObject({ status: 'COMPLETED', output: { taskId: 't' }, endedAt: at(1) });
    expect(view.steps).toEqual([
      {
        id: 'step-1',
        status: 'COMPLETED',
        startedAt: at(0.1),
        endedAt: at(0.2),
        output: { ok: 1 },
        attempts: [{ attempt: 0, status: 'COMPLETED', startedAt: at(0.1), endedAt: at(0.2) }],
      },
      expect.objectContaining({ id: 'step-2', output: 'two' }),
    ]);
    expect(view).not.toHaveProperty('waiting');
    expect(view).not.toHaveProperty('error');
  });

  it.each([
    [{ data: 'text' }, 'text'],
    [{ data: [1, 2] }, [1, 2]],
    [{ data: null }, null],
    [undefined, null],
    [{ data: { deep: 1 } }, { data: { deep: 1 } }],
    [
      { data: 1, more: 2 },
      { data: 1, more: 2 },
    ],
  ])('has its output out of the wrapper that Inngest puts around what is no object: %j', (told, output) => {
    expect(describeIt({ status: 'COMPLETED', endedAt: at(1), output: told }).output).toEqual(output);
  });
});

describe('A run that waits for a retry', () => {
  const STEP_4_FAILING = { ...STEP_4, status: 'FAILED', startedAt: at(0.5), endedAt: at(1.61) };
  const attempts = [failedAttempt(0, 0.5), failedAttempt(1, 1.6)];

  it('names the step, the next attempt and when it is due', () => {
    const view = describeIt(
      { status: 'FAILED', startedAt: at(0) },
      [STEP_1, { ...STEP_4_FAILING, children: attempts }],
      [{ at: at(3.7), attempt: 2 }],
    );
    expect(view).toMatchObject({
      status: 'WAITING',
      waiting: { reason: 'retry', step: 'step-4', attempt: 2, until: at(3.7) },
    });
    expect(view).not.toHaveProperty('error');
    expect(view.steps[1]).toMatchObject({
      id: 'step-4',
      status: 'WAITING',
      error: { name: 'Error', message: 'boom 1' },
      attempts: [
        { attempt: 0, status: 'FAILED', error: { name: 'Error', message: 'boom 0' } },
        { attempt: 1, status: 'FAILED', error: { name: 'Error', message: 'boom 1' } },
      ],
    });
    expect(view.steps[1]!.endedAt).toBeUndefined();
  });

  it('is told from its trace where the server calls it running', () => {
    const view = describeIt({ status: 'RUNNING', startedAt: at(0) }, [
      STEP_1,
      { ...STEP_4, status: 'RUNNING', startedAt: at(0.5), children: attempts },
    ]);
    expect(view).toMatchObject({
      status: 'WAITING',
      waiting: { reason: 'retry', step: 'step-4', attempt: 2 },
    });
  });

  it('shows what the server itself says about the wait', () => {
    const view = describeIt(
      { status: 'RUNNING', startedAt: at(0), waiting: { reason: 'retry of step-4', until: at(3.65) } },
      [{ ...STEP_4_FAILING, children: attempts }],
    );
    expect(view.waiting).toEqual({ reason: 'retry of step-4', until: at(3.65), step: 'step-4', attempt: 2 });
  });

  it('is running again once the next attempt has started', () => {
    const running = { ...STEP_4, name: 'Attempt 2', status: 'RUNNING', startedAt: at(3.7) };
    const view = describeIt({ status: 'RUNNING', startedAt: at(0) }, [
      { ...STEP_4, status: 'RUNNING', startedAt: at(0.5), children: [...attempts, running] },
    ]);
    expect(view.status).toBe('RUNNING');
    expect(view.steps[0]).toMatchObject({
      status: 'RUNNING',
      attempts: [{}, {}, { attempt: 2, status: 'RUNNING' }],
    });
  });

  it('knows the attempt from the queue where a function fails outside of its steps', () => {
    const view = describeIt({ status: 'FAILED', startedAt: at(0) }, [], [{ at: at(3), attempt: 1 }]);
    expect(view.waiting).toEqual({ reason: 'retry', step: undefined, attempt: 1, until: at(3) });
  });
});

describe('Answers from different times', () => {
  const step = { ...STEP_4, status: 'FAILED', children: [failedAttempt(0, 0.5)] };
  const run: RunRecord = { id: '1', status: 'RUNNING', startedAt: at(0) };
  const mixed = (record: RunRecord, attempts: number[], children: Json[] = [step]): boolean => {
    const jobs = attempts.map((attempt) => ({ at: at(2 + attempt), attempt }));
    return isMixed(record, describeIt({ ...record }, children, jobs), jobs);
  };

  it('are known by an attempt that does not follow the last one of the trace', () => {
    const waiting = (attempt: number): RunRecord => ({ ...run, waiting: { reason: 'retry', attempt } });

    expect([mixed(run, [2]), mixed(run, [1]), mixed(run, [2, 1]), mixed(run, [])]).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect([mixed(waiting(2), []), mixed(waiting(1), [])]).toEqual([true, false]);
    expect([mixed(run, [2], []), mixed({ ...run, endedAt: at(9) }, [2])]).toEqual([false, false]);
  });

  it('show the time of the job that belongs to the attempt', () => {
    const jobs = [
      { at: at(2), attempt: 3 },
      { at: at(4), attempt: 1 },
    ];
    expect(describeIt({ ...run }, [step], jobs).waiting).toMatchObject({ attempt: 1, until: at(4) });
  });
});

describe('A run whose first call ran one step and failed in the next', () => {
  /**
   * As in the trace of a real server: the attempt below a step starts with its call, and the attempt next to the step
   * starts with the step itself.
   */
  const call = { startedAt: at(0.1) };
  const boom = { name: 'boom', stepId: 'c53d', status: 'FAILED', output: { name: 'Error', message: 'boom' } };
  const ok = { name: 'ok', stepId: '7a85', status: 'COMPLETED', startedAt: at(0.103), endedAt: at(0.104) };
  const trace = [
    {
      ...boom,
      ...call,
      endedAt: at(0.11),
      children: [{ ...boom, ...call, name: 'Attempt 0', endedAt: at(0.11) }],
    },
    { ...ok, output: { data: 1 } },
    { ...boom, startedAt: at(0.107), endedAt: at(0.108) },
  ];

  it('has its steps in the order they ran, and the failed one waits', () => {
    const view = describeIt({ status: 'FAILED', startedAt: at(0) }, trace);
    expect(view.steps.map(({ id, status }) => [id, status])).toEqual([
      ['ok', 'COMPLETED'],
      ['boom', 'WAITING'],
    ]);
    expect(view.waiting).toMatchObject({ reason: 'retry', step: 'boom', attempt: 1 });
    expect(view.steps[1]).toMatchObject({ startedAt: at(0.107), attempts: [{ startedAt: at(0.107) }] });
  });
});

describe('A run that sleeps', () => {
  it('says until when, where the queue tells', () => {
    const view = describeIt(
      { status: 'COMPLETED', startedAt: at(0) },
      [STEP_1],
      [{ at: at(60), attempt: 0 }],
    );
    expect(view.waiting).toEqual({ reason: 'sleep', until: at(60) });
    expect(view).not.toHaveProperty('output');
  });
});

describe('A run that has failed', () => {
  const output = { __serialized: true, name: 'Error', message: 'boom 2', stack: 'Error: boom 2\n    at …' };

  it('has the error without its stack, and each attempt once although its trace tells some twice', () => {
    const attempts = [failedAttempt(0, 0.5), failedAttempt(1, 1.6), failedAttempt(2, 3.7)];
    const view = describeIt({ status: 'FAILED', startedAt: at(0), endedAt: at(4), output }, [
      ...attempts.map((attempt) => ({ ...attempt, name: 'step-4' })),
      { ...STEP_4, status: 'FAILED', startedAt: at(0.5), endedAt: at(3.71), children: attempts },
      { name: 'Finalization', status: 'FAILED', startedAt: at(3.8), endedAt: at(4), children: attempts },
    ]);
    expect(view).toMatchObject({ status: 'FAILED', error: { name: 'Error', message: 'boom 2' } });
    expect(view.error).not.toHaveProperty('stack');
    expect(view.steps).toHaveLength(1);
    expect(view.steps[0]).toMatchObject({ id: 'step-4', status: 'FAILED', endedAt: at(3.71) });
    expect(view.steps[0]!.attempts.map(({ attempt }) => attempt)).toEqual([0, 1, 2]);
  });

  it('has its error also where a list wraps it', () => {
    const run = { status: 'FAILED', endedAt: at(1), output: { error: output } };
    expect(describeIt(run).error).toEqual({ name: 'Error', message: 'boom 2' });
  });

  it('names the wrong fields of a bad event', () => {
    const cause = { fields: [{ field: 'taskId', messages: ['taskId must be a string'] }] };
    const view = describeIt({ status: 'FAILED', endedAt: at(1), output: { ...output, cause } });
    expect(view.error).toEqual({ name: 'Error', message: 'boom 2', cause });
  });

  it.each([undefined, null, 'gone', { status: 502 }])(
    'has an error even where Inngest tells it oddly: %j',
    (told) => {
      const { error } = describeIt({ status: 'FAILED', endedAt: at(1), output: told });
      expect(error).toEqual({ name: 'Error', message: expect.stringMatching(/./) });
    },
  );
});
