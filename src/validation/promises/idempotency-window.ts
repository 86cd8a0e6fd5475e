import { NotTestedError, type InngestPromise } from '../checking/promise.js';
import { runs } from '../report/words.js';

const WINDOW_MS = 24 * 60 * 60 * 1_000;
/** How long before and after the end of the window the trial sends its events. */
const MARGIN_MS = 60_000;

export const idempotencyWindow: InngestPromise = {
  id: 'idempotency-window',
  title: 'After 24 hours the same task runs again',
  promised: 'An idempotency key is stored for exactly 24 hours.',
  expected: 'refused for 24 hours, then a new run',
  seconds: 0,
  async run(probe, evidence) {
    if (probe.timing.isReal)
      throw new NotTestedError('It would take 24 hours. The embedded server shows it in virtual time.');
    await probe.rest(1);
    const task = { taskId: probe.taskId('window'), delayMs: 0 };
    const [first = ''] = await probe.send(task);
    evidence.lookAt(await probe.ended(first));
    const [soon = ''] = await probe.send(task);
    await probe.letNothingHappen();
    if ((await probe.runsOf(soon)).length > 0) {
      throw new NotTestedError('Duplicates run at once (see idempotency), so there is no window to measure.');
    }
    await probe.timing.pass(WINDOW_MS - MARGIN_MS, probe.signal);
    const [before = ''] = await probe.send(task);
    await probe.letNothingHappen();
    const check = async (what: string, eventId: string, expected: number): Promise<void> => {
      const { length } = await probe.runsOf(eventId);
      evidence.check({
        what,
        expected: runs(expected),
        api: length,
        show: runs,
        holds: (n) => n === expected,
      });
    };
    await check('asked for again a minute before 24 hours are over', before, 0);
    await probe.timing.pass(2 * MARGIN_MS, probe.signal);
    const [after = ''] = await probe.send(task);
    await probe.letNothingHappen();
    await check('asked for again a minute after', after, 1);
    evidence.measured =
      evidence.checks.map(({ measured }) => measured).join(' a minute before, ') + ' a minute after';
  },
};
