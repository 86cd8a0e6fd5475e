import { holdLock } from './file-lock.js';
import { LockedServer } from './locked-server.js';

/** What came of a lock that another process held while answers of an app arrived. */
export interface LockOutcome {
  runs: Record<string, number>;
  /** The steps that were executed, by name, and how often. */
  executed: Record<string, number>;
  /** The statuses with which an event was answered that came while the file was locked. */
  statuses: number[];
  /** How many runs with a concurrency of 1 were under way at a time, at most. */
  mostAtOnce: number;
  slotsLeft: number;
  lines: string[];
  /** How long the event loop stood still for the lock, in milliseconds, over all. */
  blockedMs: number;
}

/** Calls that wait for the file beside those of the steps: each of them tries again and again. */
const MANY = 40;

/**
 * Steps of functions with and without checkpointing end while another process holds the data file's lock, beside runs
 * with a concurrency of 1, and many others.
 *
 * @param lockMs how long the lock is held, in milliseconds of real time
 */
export async function endStepsWhileLocked(lockMs: number): Promise<LockOutcome> {
  const executed: Record<string, number> = {};
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  const note = (name: string): void => {
    executed[name] = (executed[name] ?? 0) + 1;
  };
  let inside = 0;
  let mostAtOnce = 0;
  const server = await LockedServer.start((client) => [
    ...[true, false].map((checkpointing) => {
      const id = checkpointing ? 'checkpointed' : 'plain';
      return client.createFunction(
        { id, triggers: { event: 'go' }, checkpointing, concurrency: 1 },
        async ({ step }) => {
          await step.run('work', async () => {
            note(`work, ${id}`);
            await gate;
          });
          await step.run('after', () => note(`after, ${id}`));
        },
      );
    }),
    client.createFunction(
      { id: 'one at a time', triggers: { event: 'one' }, checkpointing: false, concurrency: 1 },
      async () => {
        mostAtOnce = Math.max(mostAtOnce, ++inside);
        note('one at a time');
        await gate;
        inside--;
      },
    ),
    client.createFunction({ id: 'many', triggers: { event: 'many' }, checkpointing: false }, async () => {
      note('many');
      await gate;
    }),
  ]);
  try {
    const many = Array.from({ length: MANY }, () => ({ name: 'many' }));
    await server.send([{ name: 'go' }, { name: 'one' }, { name: 'one' }, ...many]);
    const begun = (name: string): number => executed[name] ?? 0;
    await server.until(
      () =>
        begun('work, plain') + begun('work, checkpointed') + begun('one at a time') === 3 &&
        begun('many') === MANY,
    );
    server.failedMs.length = 0;
    const lock = await holdLock(server.dataFile, lockMs);
    const sent = server.send([{ name: 'unknown', id: 'sent while locked' }]);
    open();
    await lock.released;
    const statuses = await sent;
    await server.until(() => {
      const { QUEUED, RUNNING } = server.runs();
      return (QUEUED ?? 0) + (RUNNING ?? 0) === 0;
    });
    return {
      runs: server.runs(),
      executed,
      statuses,
      mostAtOnce,
      slotsLeft: server.db.all('SELECT * FROM slot').length,
      lines: server.lines,
      blockedMs: server.failedMs.reduce((sum, ms) => sum + ms, 0),
    };
  } finally {
    await server.close();
  }
}

/** What must come of it, however long the lock was held. */
export const UNHARMED = {
  runs: { COMPLETED: 4 + MANY },
  executed: {
    'work, plain': 1,
    'after, plain': 1,
    'work, checkpointed': 1,
    'after, checkpointed': 1,
    'one at a time': 2,
    many: MANY,
  },
  mostAtOnce: 1,
  slotsLeft: 0,
};
