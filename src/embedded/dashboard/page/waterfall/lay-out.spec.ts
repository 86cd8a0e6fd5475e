import type { PendingCall, Span, Trace } from '../../../api/v2/answer-types/trace.js';
import { layOut, type Row } from './lay-out.js';
import type { Segment } from './segments.js';

/** The tests write times as seconds after this start. */
const START = Date.UTC(2026, 0, 1);
const at = (second: number): string => new Date(START + second * 1_000).toISOString();

function step(name: string, span: Partial<Span> = {}): Span {
  return { id: name, stepId: name, stepOp: 'RUN', name, status: 'COMPLETED', queuedAt: at(0), ...span };
}

function attempt(number: number, from: number, to: number, span: Partial<Span> = {}): Span {
  const queuedAt = at(from);
  return {
    id: `a${number}`,
    name: `Attempt ${number}`,
    status: 'FAILED',
    queuedAt,
    startedAt: at(from),
    endedAt: at(to),
    ...span,
  };
}

function trace(root: Partial<Span>, pendingCalls: PendingCall[] = []): Trace {
  const rootSpan: Span = {
    id: 'run',
    name: 'Run',
    status: 'RUNNING',
    queuedAt: at(0),
    startedAt: at(1),
    ...root,
  };
  return { runId: 'run', rootSpan, pendingCalls };
}

/** A row's segments as `kind from-to`, in seconds, with `…` for a segment that has not ended. */
function drawn(row: Row | undefined): string[] {
  const second = (moment: number): number => (moment - START) / 1_000;
  return (row?.segments ?? []).map(
    ({ kind, from, to, isOpen }: Segment) => `${kind} ${second(from)}-${second(to)}${isOpen ? '…' : ''}`,
  );
}

function rows(of: Trace, now: number): Record<string, string[]> {
  return Object.fromEntries(layOut(of, START + now * 1_000).rows.map((row) => [row.name, drawn(row)]));
}

describe('A waterfall', () => {
  it('shows a run in the queue, under way and ended', () => {
    expect(rows(trace({ status: 'QUEUED', startedAt: undefined }), 3)).toEqual({ Run: ['queue 0-3…'] });
    expect(rows(trace({}), 3)).toEqual({ Run: ['queue 0-1', 'run 1-3…'] });
    expect(rows(trace({ status: 'FAILED', endedAt: at(2) }), 9)).toEqual({
      Run: ['queue 0-1', 'failed 1-2'],
    });
    expect(rows(trace({ status: 'CANCELLED', startedAt: undefined, endedAt: at(2) }), 9)).toEqual({
      Run: ['queue 0-2'],
    });
  });

  it('ends with the run, or now', () => {
    expect(layOut(trace({ status: 'COMPLETED', endedAt: at(5) }), START + 9_000)).toMatchObject({
      from: START,
      to: START + 5_000,
    });
    expect(layOut(trace({}), START + 9_000).to).toBe(START + 9_000);
  });

  it('orders the parts by their starts', () => {
    const late = step('late', { queuedAt: at(4), startedAt: at(4), endedAt: at(5) });
    const early = step('early', { queuedAt: at(2), startedAt: at(2), endedAt: at(6) });

    const { rows: all } = layOut(trace({ children: [late, early] }), START + 9_000);

    expect(all.map(({ name }) => name)).toEqual(['Run', 'early', 'late']);
  });

  it('shows the attempts of a step, its waits for a retry and its waits in the queue', () => {
    const children = [
      attempt(0, 1, 2, { retryAt: at(3) }),
      attempt(1, 5, 6, { retryAt: at(8) }),
      attempt(2, 8, 9, { status: 'COMPLETED' }),
    ];
    const failing = step('failing', { startedAt: at(1), endedAt: at(9), children });

    expect(rows(trace({ children: [failing] }), 10)['failing']).toEqual([
      'failed 1-2',
      'retry 2-3',
      'queue 3-5',
      'failed 5-6',
      'retry 6-8',
      'done 8-9',
    ]);
  });

  it('shows the wait for the next retry, then the wait in the queue, then the attempt', () => {
    const failing = step('failing', {
      status: 'RUNNING',
      startedAt: at(1),
      children: [attempt(0, 1, 2, { retryAt: at(5) })],
    });
    const pending: PendingCall = { state: 'delayed', attempt: 1, queuedAt: at(2), notBefore: at(5) };

    expect(rows(trace({ children: [failing] }, [pending]), 4)['failing']).toEqual([
      'failed 1-2',
      'retry 2-4…',
    ]);
    expect(rows(trace({ children: [failing] }, [{ ...pending, state: 'ready' }]), 7)['failing']).toEqual([
      'failed 1-2',
      'retry 2-5',
      'queue 5-7…',
    ]);
    const running: PendingCall = { ...pending, state: 'running', startedAt: at(6) };
    expect(rows(trace({ children: [failing] }, [running]), 7)['failing']).toEqual([
      'failed 1-2',
      'retry 2-5',
      'queue 5-6',
      'run 6-7…',
    ]);
  });

  it('ends the wait for a retry when the run is cancelled', () => {
    const failing = step('failing', {
      status: 'CANCELLED',
      endedAt: at(4),
      children: [attempt(0, 1, 2, { retryAt: at(9) })],
    });

    expect(rows(trace({ status: 'CANCELLED', endedAt: at(4), children: [failing] }), 20)['failing']).toEqual([
      'failed 1-2',
      'retry 2-4',
    ]);
  });

  it('shows sleeps and waits, and when they end', () => {
    const children = [
      step('nap', { stepOp: 'SLEEP', startedAt: at(1), endedAt: at(3) }),
      step('event', { stepOp: 'WAIT_FOR_EVENT', status: 'WAITING', startedAt: at(3), until: at(60) }),
    ];

    const { rows: all } = layOut(trace({ children }), START + 5_000);

    expect(drawn(all[1])).toEqual(['sleep 1-3']);
    expect(drawn(all[2])).toEqual(['wait 3-5…']);
    expect(all[2]?.segments[0]?.until).toBe(START + 60_000);
  });

  it('shows planned steps in the queue and while they run', () => {
    const children = [
      step('a', { status: 'QUEUED', queuedAt: at(2) }),
      step('b', { status: 'COMPLETED', queuedAt: at(2), startedAt: at(3), endedAt: at(4) }),
    ];
    const call: PendingCall = { state: 'ready', attempt: 0, stepId: 'a', queuedAt: at(2), notBefore: at(2) };

    expect(rows(trace({ children }, [call]), 6)).toMatchObject({
      a: ['queue 2-6…'],
      b: ['queue 2-3', 'done 3-4'],
    });
  });

  it('shows the call under way after the last reported step', () => {
    const done = step('done', { startedAt: at(1), endedAt: at(2), queuedAt: at(1) });
    const call: PendingCall = {
      state: 'running',
      attempt: 0,
      queuedAt: at(0),
      notBefore: at(0),
      startedAt: at(1),
    };

    expect(rows(trace({ children: [done] }, [call]), 5)).toMatchObject({ 'In the app now': ['run 2-5…'] });
    const waiting: PendingCall = { ...call, state: 'ready', startedAt: undefined, queuedAt: at(3) };
    expect(rows(trace({ children: [done] }, [waiting]), 5)).toMatchObject({ 'Next call': ['queue 3-5…'] });
  });

  it('marks completed steps at the times at which a later attempt passed them', () => {
    const first = step('first', { queuedAt: at(1), startedAt: at(1), endedAt: at(2) });
    const failing = step('failing', {
      queuedAt: at(2),
      startedAt: at(2),
      endedAt: at(7),
      children: [
        attempt(0, 2, 3, { retryAt: at(4) }),
        attempt(1, 4, 5, { retryAt: at(6) }),
        attempt(2, 6, 7, { status: 'COMPLETED' }),
      ],
    });
    const last = step('last', { queuedAt: at(7), startedAt: at(7), endedAt: at(8) });

    const { rows: all } = layOut(trace({ children: [first, failing, last] }), START + 9_000);

    const marks = Object.fromEntries(
      all.map(({ name, marks: found }) => [name, found.map((mark) => mark.attempt)]),
    );
    expect(marks).toEqual({ Run: [], first: [1, 2], failing: [], last: [] });
  });

  it('does not mark a step that ran in the same call as the later attempt', () => {
    const failing = step('failing', {
      startedAt: at(1),
      endedAt: at(3),
      children: [attempt(0, 1, 1, { retryAt: at(3) }), attempt(1, 3, 3, { status: 'COMPLETED' })],
    });
    const next = step('next', { queuedAt: at(3), startedAt: at(3), endedAt: at(3) });

    const { rows: all } = layOut(trace({ children: [failing, next] }), START + 9_000);

    expect(all.find(({ name }) => name === 'next')?.marks).toEqual([]);
  });

  it('keeps a step that took no time', () => {
    const instant = step('instant', { queuedAt: at(1), startedAt: at(1), endedAt: at(1) });

    expect(rows(trace({ children: [instant] }), 2)['instant']).toEqual(['done 1-1']);
  });
});
