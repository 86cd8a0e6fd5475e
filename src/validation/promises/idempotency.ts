import type { FunctionRun } from '../stage/target-api.js';
import type { InngestPromise } from '../checking/promise.js';
import { runs } from '../report/words.js';

export const idempotency: InngestPromise = {
  id: 'idempotency',
  title: 'A task runs once, however often it is asked for',
  promised:
    'Within 24 hours, events with the same idempotency key start one run: also when their own ids differ, and when they ' +
    'come long after it has ended. A forced one always runs and does not use up the key.',
  expected: 'one run, and one for each force',
  seconds: 16,
  async run(lab, evidence) {
    await lab.rest(4);
    const taskId = lab.taskId('idempotent');
    const other = lab.taskId('idempotent');
    const task = { taskId, delayMs: 0 };
    const runsOf = async (ids: readonly string[]): Promise<FunctionRun[]> =>
      (await Promise.all(ids.map((id) => lab.runsOf(id)))).flat();
    const runsInJournal = (): number | undefined =>
      lab.journal && new Set(lab.journal.ofTask(taskId).map(({ runId }) => runId)).size;
    const check = (what: string, expected: number, api: number, journal?: number): void =>
      evidence.check({
        what,
        expected: runs(expected),
        api,
        journal,
        holds: (n) => n === expected,
        show: runs,
      });

    const forcedFirst = await lab.send({ ...task, force: true });
    await lab.allEnded(forcedFirst);
    // Three at once, with ids of their own. Which of them wins is left open.
    const first = await lab.send(
      { ...task, eventId: `${taskId}-a` },
      { ...task, eventId: `${taskId}-b` },
      { ...task, eventId: `${taskId}-c` },
      { taskId: other, delayMs: 0 },
    );
    const [a = '', b = '', c = '', another = ''] = first;
    await lab.until('one of the duplicates runs', async () =>
      (await runsOf([a, b, c])).some(({ endedAt }) => endedAt !== undefined),
    );
    await lab.ended(another);
    await lab.letNothingHappen();
    const winners = await runsOf([a, b, c]);
    evidence.lookAt(...winners);
    check('three events with one task id and ids of their own', 1, winners.length);
    check('an event with another task id', 1, (await lab.runsOf(another)).length);
    check('so far, of this task with a forced one before', 2, winners.length + 1, runsInJournal());

    const [again = ''] = await lab.send(task);
    const forced = await lab.send({ ...task, force: true });
    const [forcedRun] = await lab.allEnded(forced);
    if (forcedRun) evidence.lookAt(forcedRun);
    await lab.letNothingHappen();
    check('the same task asked for again, after its run has ended', 0, (await lab.runsOf(again)).length);
    check('the same task with force', 1, (await runsOf(forced)).length);
    const all = await runsOf([...forcedFirst, a, b, c, again, ...forced]);
    evidence.measured = `${runs(all.length - 2)} for 4 events, and 2 forced`;
    check('in all, of this task', 3, all.length, runsInJournal());
  },
};
