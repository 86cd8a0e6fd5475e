import * as fc from 'fast-check';
import { compileExpression } from '../expressions/index.js';
import { delayedReason, type Priority, prioritySeconds, queuePosition } from './priority.js';

const T0 = Date.UTC(2026, 0, 1);
const HALF_A_DAY = 43_200;

const priority = (run: string): Priority => ({ run: compileExpression(run) });
const seconds = (run: string, data: object = {}) => prioritySeconds(priority(run), { event: { data } }, T0);

describe('priority', () => {
  it('is 0 without one', () => {
    expect(prioritySeconds(undefined, { event: {} }, T0)).toBe(0);
  });

  it('is limited to plus and minus 12 hours', () => {
    expect(seconds('int(event.data.p)', { p: 100_000 })).toBe(HALF_A_DAY);
    expect(seconds('int(event.data.p)', { p: -100_000 })).toBe(-HALF_A_DAY);
    expect(seconds('int(event.data.p)', { p: HALF_A_DAY })).toBe(HALF_A_DAY);
  });

  it('has no effect as a bare JSON number, which is a double', () => {
    expect(seconds('event.data.p', { p: 600 })).toBe(0);
    expect(seconds('600')).toBe(600);
    expect(seconds('600.0')).toBe(0);
  });

  it('delays by a negative priority, even on an idle server', () => {
    expect(queuePosition(T0, -60)).toEqual({ score: T0 + 60_000, earliest: T0 + 60_000 });
  });

  it('moves a run ahead by a positive priority, but not to before it was queued', () => {
    expect(queuePosition(T0, 600)).toEqual({ score: T0 - 600_000, earliest: T0 });
  });

  it('starts the runs of a backlog from the highest to the lowest priority', () => {
    const backlog = [0, 600, -1, 300, 50, 100].map((p) => ({ p, ...queuePosition(T0, p) }));
    expect(backlog.toSorted((a, b) => a.score - b.score).map(({ p }) => p)).toEqual([
      600, 300, 100, 50, 0, -1,
    ]);
  });

  it('orders two runs as if each had been queued earlier by its priority', () => {
    const run = fc.record({
      queuedAt: fc.nat(100_000_000),
      p: fc.integer({ min: -HALF_A_DAY, max: HALF_A_DAY }),
    });
    fc.assert(
      fc.property(run, run, (a, b) => {
        const asIf = ({ queuedAt, p }: typeof a) => queuedAt - p * 1_000;
        expect(Math.sign(queuePosition(a.queuedAt, a.p).score - queuePosition(b.queuedAt, b.p).score)).toBe(
          Math.sign(asIf(a) - asIf(b)),
        );
        const { earliest } = queuePosition(a.queuedAt, a.p);
        expect(earliest).toBe(a.p < 0 ? asIf(a) : a.queuedAt);
      }),
    );
  });

  it('starts the runs of any backlog in that order, each as soon as it may start', () => {
    const run = fc.record({ queuedAt: fc.nat(200), p: fc.integer({ min: -100, max: 100 }) });
    fc.assert(
      fc.property(fc.array(run, { maxLength: 30 }), (runs) => {
        const backlog = runs.map(({ queuedAt, p }, id) => {
          const at = T0 + queuedAt * 1_000;
          return { id, at, p, ...queuePosition(at, p) };
        });
        // Each second, the run with the lowest score of those that may start does so.
        const waiting = new Set(backlog);
        const mistakes: unknown[] = [];
        for (let now = T0; waiting.size > 0; now += 1_000) {
          const ready = [...waiting].filter(({ earliest }) => earliest <= now);
          const [next] = ready.toSorted((a, b) => a.score - b.score);
          // The model: a run counts as queued earlier by its priority. It may start from the later of the two times on.
          const mayStart = [...waiting].filter(({ at, p }) => now >= Math.max(at, at - p * 1_000));
          const first = Math.min(...mayStart.map(({ at, p }) => at - p * 1_000));
          const isRight = ready.length === mayStart.length && ready.every((run, i) => run === mayStart[i]);
          if (!isRight || (next && next.at - next.p * 1_000 !== first))
            mistakes.push({ now, ready, mayStart });
          if (next) waiting.delete(next);
        }
        expect(mistakes).toEqual([]);
      }),
    );
  });

  it('has a reason that says why a run waits', () => {
    expect(delayedReason(queuePosition(T0, -60))).toBe(
      'delayed by its negative priority until 2026-01-01T00:01:00.000Z',
    );
  });
});
