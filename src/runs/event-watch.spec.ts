import { VirtualClock } from '../clock/index.js';
import type { ChangeNotices } from './change-notices.js';
import { EventWatch } from './event-watch.js';
import type { EventOutcome } from './runs.service.js';

const outcome = (reason: string): EventOutcome => ({
  event: { id: 'e' } as EventOutcome['event'],
  status: 'RUNNING',
  reason,
  run: { id: 'r' } as EventOutcome['run'],
  runs: [{ id: 'r' } as EventOutcome['runs'][number]],
});

describe('A watched event', () => {
  /**
   * The reasons that a watch shows when reads return `answers` in turn. For `changes`, the server reports a change during the
   * read.
   */
  async function seen(answers: string[], changes: (answer: string) => boolean): Promise<string[]> {
    const notices = { isConnected: true, listen: () => () => undefined } as unknown as ChangeNotices;
    const changed = { runs: new Set(['r']), events: new Set<string>() };
    const left = [...answers];
    const watch = new EventWatch(
      'e',
      async () => {
        await Promise.resolve();
        const answer = left.shift() ?? 'last';
        if (changes(answer)) watch.changed(changed);
        return outcome(answer);
      },
      notices,
      new VirtualClock(),
    );
    await watch.current();
    const found = ['first'];
    let version = 1;
    watch.changed(changed);
    while (found.at(-1) !== 'last') {
      const snapshot = await watch.after(version, new AbortController().signal);
      version = snapshot!.version;
      found.push(snapshot!.outcome!.reason!);
    }
    watch.close();
    return found;
  }

  it('is not told from answers between which something changed', async () => {
    expect(await seen(['first', 'torn', 'last'], (answer) => answer === 'torn')).toEqual(['first', 'last']);
  });

  it('is told all the same when something changes at every read', async () => {
    const answers = ['first', 'a', 'b', 'c', 'd', 'last'];
    expect(await seen(answers, (answer) => !['first', 'last'].includes(answer))).toEqual([
      'first',
      'd',
      'last',
    ]);
  });
});
