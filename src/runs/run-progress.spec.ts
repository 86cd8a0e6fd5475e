import { progressOf, seenOf, type Progress } from './run-progress.js';
import type { AttemptView, RunView } from './run-view.js';

const second = (count: number): string => new Date(count * 1_000).toISOString();

/** An attempt from one second to another. Without `endedAt` it is still executing. */
function attempt(startedAt: number, endedAt?: number): AttemptView {
  return {
    attempt: 0,
    status: endedAt === undefined ? 'RUNNING' : 'COMPLETED',
    startedAt: second(startedAt),
    ...(endedAt !== undefined && { endedAt: second(endedAt) }),
  };
}

/** The progress of a run with these steps, which have one attempt each. */
function told(steps: Record<string, AttemptView> | [id: string, AttemptView][]): Progress[] {
  const run: RunView = {
    id: '01M84ANNWVWBP7SPVG9HWX15JS',
    status: 'RUNNING',
    queuedAt: second(0),
    startedAt: second(0),
    steps: (Array.isArray(steps) ? steps : Object.entries(steps)).map(([id, made]) => ({
      id,
      status: made.status,
      attempts: [made],
    })),
  };
  return progressOf({ status: 'RUNNING', run });
}

function inWords({ event }: Progress): string {
  return event.type === 'step' ? `${event.step} ${event.status}` : event.type;
}

/** What a listener receives that lost its connection after the last event of `before` and reconnects at `later`. */
function rest(before: Progress[], later: Progress[]): string[] {
  return later.slice(seenOf(later, before.at(-1)?.id ?? '')).map(inWords);
}

describe('The progress of a run', () => {
  it('goes on after a step that was under way and has ended', () => {
    const before = told({ first: attempt(1, 2), second: attempt(2) });
    const later = told({ first: attempt(1, 2), second: attempt(2, 3), third: attempt(3) });

    expect(before.map(inWords)).toEqual(['queued', 'started', 'first COMPLETED', 'second RUNNING']);
    expect(rest(before, later)).toEqual(['second COMPLETED', 'third RUNNING']);
    expect(rest(before, before)).toEqual([]);
  });

  it('tells the steps of a loop apart, which have the same id', () => {
    const before = told([['turn', attempt(1, 2)]]);
    const later = told([
      ['turn', attempt(1, 2)],
      ['turn', attempt(2, 3)],
    ]);

    expect(new Set(later.map(({ key }) => key)).size).toBe(later.length);
    expect(rest(before, later)).toEqual(['turn COMPLETED']);
  });

  it('loses no step that began before another and ended after it', () => {
    const before = told({ slow: attempt(1, 5), quick: attempt(2, 3) }).slice(0, 3);
    const later = told({ slow: attempt(1, 5), quick: attempt(2, 3) });

    expect(before.map(inWords)).toEqual(['queued', 'started', 'quick COMPLETED']);
    expect(rest(before, later)).toEqual(['slow COMPLETED']);
  });

  it('names what passes the same after something else has happened', () => {
    const keyOf = (all: Progress[]) => all.find((progress) => inWords(progress) === 'slow RUNNING')?.key;

    const before = told({ slow: attempt(1), quick: attempt(2) });
    const later = told({ slow: attempt(1), quick: attempt(2, 3) });

    expect(keyOf(later)).toBe(keyOf(before));
  });

  it('is told from its beginning to whoever has seen another run', () => {
    const all = told({ first: attempt(1, 2) });

    expect(seenOf(all, '01M84ANNWVWBP7SPVG9HWX15JT:started~waiting:::sleep')).toBe(0);
  });
});
