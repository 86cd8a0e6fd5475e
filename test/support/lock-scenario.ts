import { holdLock } from './file-lock.js';
import { LockedServer } from './locked-server.js';

/** The result of a scenario in which an app answers while another process holds the lock of the data file. */
export interface LockOutcome {
  runs: Record<string, number>;
  /** How often each step was executed, by name. */
  executed: Record<string, number>;
  /** The statuses of the answers to a client that sent an event while the file was locked. */
  statuses: number[];
  /** The largest number of runs with a concurrency of 1 that executed at the same time. */
  mostAtOnce: number;
  slotsLeft: number;
  lines: string[];
  /** The total time for which the lock blocked the event loop, in milliseconds. */
  blockedMs: number;
}

/** More calls that wait for the file. Each of them retries until the file is free. */
const MANY = 40;

/**
 * Steps of functions with and without checkpointing end while another process holds the lock of the data file. Runs with a
 * concurrency of 1 and many other runs execute at the same time.
 *
 * @param lockMs how long the other process holds the lock, in milliseconds of real time
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
      slotsLeft: server.slotsInUse,
      lines: server.lines,
      blockedMs: server.failedMs.reduce((sum, ms) => sum + ms, 0),
    };
  } finally {
    await server.close();
  }
}

/** The expected result, however long the lock was held. */
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
