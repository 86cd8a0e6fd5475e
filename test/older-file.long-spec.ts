import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Database } from '../src/embedded/store/database.js';
import { migrations } from '../src/embedded/store/schema.js';
import { Durable } from './support/durable.js';
import { returned, type Define } from './support/sdk-functions.js';

const FILES = join(import.meta.dirname, 'support/older-files');
/** The mark that {@link Database} writes into data files. */
const APPLICATION_ID = 0x494e4e47;

let durable: Durable;

beforeEach(() => {
  durable = new Durable();
});

afterEach(() => durable.close());

/**
 * Creates a data file as a server of that version left it.
 *
 * @param written the version of the server that stored the rows; a later server then only migrated the file
 */
function leave(version: number, rows: string, written: number): void {
  const db = new Database(durable.dataFile);
  db.script('PRAGMA journal_mode = WAL');
  // One transaction, so that SQLite waits for the disk only once.
  db.transaction(() => {
    for (const migration of migrations.slice(0, written)) db.script(migration);
    db.script(readFileSync(join(FILES, rows), 'utf8'));
    for (const migration of migrations.slice(written, version)) db.script(migration);
    db.script(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${version};`);
  });
  db.close();
}

/** The functions whose runs are in the files. */
const functions: Define = (client) => {
  const on = (id: string) => ({ id, triggers: { event: `older/${id}` } });
  const numberOf = (event: { data?: unknown }): number => (event.data as { n: number }).n;
  return [
    client.createFunction(on('sleeper'), async ({ step }) => {
      const before = await step.run(
        'before',
        durable.noted('before', () => 'executed again'),
      );
      await step.sleep('nap', '1h');
      await step.run(
        'after',
        durable.noted('after', () => null),
      );
      return before;
    }),
    client.createFunction({ ...on('queued'), concurrency: 1 }, async ({ event, step }) => {
      await step.run(
        'work',
        durable.noted(`work ${numberOf(event)}`, () => null),
      );
    }),
    client.createFunction({ ...on('debounced'), debounce: { period: '1h' } }, ({ event }) => numberOf(event)),
    client.createFunction({ ...on('batched'), batchEvents: { maxSize: 5, timeout: '60s' } }, ({ events }) =>
      events.map(numberOf),
    ),
  ];
};

describe.each([
  [1, 'version-1.sql', 1],
  [2, 'version-1.sql', 2],
  ...migrations.slice(2, -1).map((_, index): [number, string, number] => [index + 3, 'version-3.sql', 3]),
])('A file of version %s', (version, rows, written) => {
  it('is gone on with: what slept, was under way, queued, debounced or in a batch comes to its end', async () => {
    leave(version, rows, written);

    const inngest = await durable.start(functions);
    // Two started runs, one queued run, and two that flow control had delayed.
    await inngest.until(async () => {
      const ended = (await inngest.allRuns()).filter(({ endedAt }) => endedAt !== undefined);
      return ended.length === 5;
    });
    await inngest.allEnded();

    const runs = await inngest.allRuns();
    const of = (id: string) => runs.filter((run) => run.function.id === id);
    expect(runs.map(({ status }) => status)).toEqual(Array(5).fill('COMPLETED'));
    expect(of('sleeper').map(returned)).toEqual(['kept']);
    expect(of('queued')).toHaveLength(2);
    expect(of('debounced').map(returned)).toEqual([5]);
    expect(of('batched').map(returned)).toEqual([[6, 7]]);
    expect(durable.executed.toSorted()).toEqual(['after', 'work 2', 'work 3']);
  });
});
