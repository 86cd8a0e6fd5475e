import type { FunctionRun } from '../environment/target-api.js';
import type { InngestPromise } from '../checking/promise.js';
import { runs } from '../report/words.js';

export const idempotency: InngestPromise = {
  id: 'idempotency',
  title: 'A task runs once, however often it is requested',
  promised:
    'Within 24 hours, events with the same idempotency key start one run, even if their own ids differ or they arrive long ' +
    'after the run has ended. A forced task always runs and does not use up the key.',
  expected: 'one run, and one for each force',
  seconds: 16,
  async run(probe, evidence) {
    await probe.rest(4);
    const taskId = probe.taskId('idempotent');
    const other = probe.taskId('idempotent');
    const task = { taskId, delayMs: 0 };
    const runsOf = async (ids: readonly string[]): Promise<FunctionRun[]> =>
      (await Promise.all(ids.map((id) => probe.runsOf(id)))).flat();
    const runsInJournal = (): number | undefined =>
      probe.journal && new Set(probe.journal.ofTask(taskId).map(({ runId }) => runId)).size;
    const check = (what: string, expected: number, api: number, journal?: number): void =>
      evidence.check({
        what,
        expected: runs(expected),
        api,
        journal,
        holds: (n) => n === expected,
        show: runs,
      });

    const forcedFirst = await probe.send({ ...task, force: true });
    await probe.allEnded(forcedFirst);
    // Three events at the same time, with different event ids. Any one of them may start the run.
    const first = await probe.send(
      { ...task, eventId: `${taskId}-a` },
      { ...task, eventId: `${taskId}-b` },
      { ...task, eventId: `${taskId}-c` },
      { taskId: other, delayMs: 0 },
    );
    const [a = '', b = '', c = '', another = ''] = first;
    await probe.until('one of the duplicates runs', async () =>
      (await runsOf([a, b, c])).some(({ endedAt }) => endedAt !== undefined),
    );
    await probe.ended(another);
    await probe.letNothingHappen();
    const winners = await runsOf([a, b, c]);
    evidence.lookAt(...winners);
    check('three events with one task id and ids of their own', 1, winners.length);
    check('an event with another task id', 1, (await probe.runsOf(another)).length);
    check('so far, of this task with a forced one before', 2, winners.length + 1, runsInJournal());

    const [again = ''] = await probe.send(task);
    const forced = await probe.send({ ...task, force: true });
    const [forcedRun] = await probe.allEnded(forced);
    if (forcedRun) evidence.lookAt(forcedRun);
    await probe.letNothingHappen();
    check('the same task asked for again, after its run has ended', 0, (await probe.runsOf(again)).length);
    check('the same task with force', 1, (await runsOf(forced)).length);
    const all = await runsOf([...forcedFirst, a, b, c, again, ...forced]);
    evidence.measured = `${runs(all.length - 2)} for 4 events, and 2 forced`;
    check('in all, of this task', 3, all.length, runsInJournal());
  },
};
