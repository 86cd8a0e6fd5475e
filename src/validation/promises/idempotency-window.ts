import { NotTestedError, type InngestPromise } from '../checking/promise.js';
import { runs } from '../report/words.js';

const WINDOW_MS = 24 * 60 * 60 * 1_000;
/** How far from the end of the window it is looked at from both sides. */
const MARGIN_MS = 60_000;

export const idempotencyWindow: InngestPromise = {
  id: 'idempotency-window',
  title: 'After 24 hours the same task runs again',
  promised: 'An idempotency key is remembered for 24 hours, no less and no more.',
  expected: 'refused for 24 hours, then a new run',
  seconds: 0,
  async run(lab, evidence) {
    if (lab.pace.isReal)
      throw new NotTestedError('It would take 24 hours. The embedded server shows it in virtual time.');
    await lab.rest(1);
    const task = { taskId: lab.taskId('window'), delayMs: 0 };
    const [first = ''] = await lab.send(task);
    evidence.lookAt(await lab.ended(first));
    const [soon = ''] = await lab.send(task);
    await lab.letNothingHappen();
    if ((await lab.runsOf(soon)).length > 0) {
      throw new NotTestedError('Duplicates run at once (see idempotency), so there is no window to measure.');
    }
    await lab.pace.pass(WINDOW_MS - MARGIN_MS, lab.signal);
    const [before = ''] = await lab.send(task);
    await lab.letNothingHappen();
    const check = async (what: string, eventId: string, expected: number): Promise<void> => {
      const { length } = await lab.runsOf(eventId);
      evidence.check({
        what,
        expected: runs(expected),
        api: length,
        show: runs,
        holds: (n) => n === expected,
      });
    };
    await check('asked for again a minute before 24 hours are over', before, 0);
    await lab.pace.pass(2 * MARGIN_MS, lab.signal);
    const [after = ''] = await lab.send(task);
    await lab.letNothingHappen();
    await check('asked for again a minute after', after, 1);
    evidence.measured =
      evidence.checks.map(({ measured }) => measured).join(' a minute before, ') + ' a minute after';
  },
};
