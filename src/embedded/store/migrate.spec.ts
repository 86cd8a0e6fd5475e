import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cases } from '../../../test/support/slow-tests.js';
import { Database } from './database.js';
import { openDataFile } from './data-file.js';
import { createSchema, migrate } from './migrate.js';
import { availableDrivers } from './driver/open-driver.js';
import type { SqliteDriver } from './driver/sqlite-driver.js';
import { migrations } from './schema.js';

const VERSIONS = migrations.map((_, index) => index + 1);
const ROW = `INSERT INTO event (internal_id, id, name, data, ts, received_at, internal)
  VALUES ('1', '1', 'kept', '{}', 0, 0, 0);`;

/** The schema that the first version wrote: without the mark, and without later additions to the migration. */
const FIRST = (migrations[0] ?? '')
  .replace(/CREATE TABLE meta .*\n/, '')
  .replace(/CREATE INDEX run_by_end .*\n/, '')
  .replace(/CREATE INDEX batch_event_by_event .*\n/, '')
  .replace('(lane, score)', '(lane, score, id)');

/** The schema of version 3 as some servers wrote it. */
const EARLY_THIRD = (migrations[2] ?? '').replace(/ALTER TABLE step ADD COLUMN awaited.*\n/, '');

/** The last version in which a run's row counted its results. */
const WITH_STEP_COUNT = 16;

type Make = (db: Database) => void;

const upTo =
  (version: number, changed: Record<number, string> = {}): Make =>
  (db) => {
    db.transaction(() => {
      for (let n = 1; n <= version; n++) db.script(changed[n] ?? migrations[n - 1] ?? '');
      db.script(`PRAGMA application_id = 0x494e4e47; PRAGMA user_version = ${version}; ${ROW}`);
    });
  };

const FIRST_SERVER: Make = (db) =>
  db.transaction(() => db.script(`${FIRST}; PRAGMA user_version = 1; ${ROW}`));

/** Files that some servers wrote. */
const OTHER_FILES: [name: string, make: Make][] = [
  ['version 1 of the first server', FIRST_SERVER],
  ['version 3 without a column', upTo(3, { 3: EARLY_THIRD })],
  ['version 5 without a column', upTo(5, { 3: EARLY_THIRD })],
];
const FILES: [name: string, make: Make][] = [
  ...VERSIONS.map((version): [string, Make] => [`version ${version}`, upTo(version)]),
  ...OTHER_FILES,
];

/** The tables and indexes, in an order that does not depend on how they were created. */
function schemaOf(db: Database): unknown {
  const columns = db.all(
    `SELECT s.name AS "table", c.name, c.type, c."notnull", c.dflt_value, c.pk FROM sqlite_schema AS s, pragma_table_info(s.name) AS c
     WHERE s.type = 'table' ORDER BY 1, 2`,
  );
  const indexes = db.all("SELECT name, sql FROM sqlite_schema WHERE type = 'index' ORDER BY name");
  return { columns, indexes };
}

/** The hash of a file and its log. */
function contentOf(path: string): string {
  const hash = createHash('sha1');
  for (const part of ['', '-wal']) if (existsSync(path + part)) hash.update(readFileSync(path + part));
  return hash.digest('hex');
}

describe.each(availableDrivers())('On %s', (_, openDriver) => {
  let folder: string;
  let file: string;
  let fresh: unknown;

  beforeAll(() => {
    const inMemory = openDataFile(':memory:', { now: 0, openDriver });
    fresh = schemaOf(inMemory.db);
    inMemory.close();
  });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'migrate-'));
    file = join(folder, 'inngest.db');
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const leave = (make: Make): void => {
    const db = new Database(openDriver(file));
    db.script('PRAGMA journal_mode = WAL');
    make(db);
    db.close();
  };
  /** Opens the file, checks that its schema is the newest and its row is there, and closes it. */
  const expectUpToDate = (at: string): void => {
    const data = openDataFile(at, { now: 0, openDriver });
    const { db } = data;
    try {
      expect(db.get('PRAGMA user_version')).toEqual({ user_version: migrations.length });
      expect(db.get('PRAGMA application_id')).toEqual({ application_id: 0x494e4e47 });
      expect(db.all('SELECT name FROM event')).toEqual([{ name: 'kept' }]);
      expect(schemaOf(db)).toEqual(fresh);
    } finally {
      data.close();
    }
  };

  it('the first database in memory and later ones have the schema that the migrations make', () => {
    const migrated = new Database(openDriver(':memory:'));
    migrate(migrated);
    for (let n = 0; n < 2; n++) {
      const inMemory = new Database(openDriver(':memory:'));
      createSchema(inMemory);
      expect(schemaOf(inMemory)).toEqual(schemaOf(migrated));
      for (const pragma of ['PRAGMA user_version', 'PRAGMA application_id'])
        expect(inMemory.get(pragma)).toEqual(migrated.get(pragma));
      inMemory.close();
    }
    migrated.close();
  });

  it.each(FILES)('a file of %s is migrated to the last version', (_name, make) => {
    leave(make);

    expect(() => expectUpToDate(file)).not.toThrow();
  });

  it('the results of a run that has not ended are subtracted from its number of steps', () => {
    const run = (id: string, count: number, endedAt: number | null): string =>
      `INSERT INTO run (id, function_id, status, trigger_event, queued_at, priority, slots, request_version, step_count,
         ended_at) VALUES ('${id}', 'fn', 'RUNNING', 'go', 0, 0, '[]', 2, ${count}, ${endedAt});`;
    const step = (runId: string, id: string, memo: string): string =>
      `INSERT INTO step (run_id, id, name, op, status, memo, queued_at)
       VALUES ('${runId}', '${id}', '', 'RUN', '', ${memo}, 0);`;
    leave((db) => {
      upTo(WITH_STEP_COUNT)(db);
      db.script(run('repeats', 3, null) + step('repeats', 'a', "'1'") + step('repeats', 'b', 'NULL'));
      db.script(run('ends', 3, 1) + step('ends', 'a', "'1'") + run('lost', 1, null));
      db.script(step('lost', 'a', "'1'") + step('lost', 'b', "'1'"));
    });

    const data = openDataFile(file, { now: 0, openDriver });
    const rows = data.db.all('SELECT id, repetitions FROM run WHERE ended_at IS NULL ORDER BY id');
    data.close();

    expect(rows).toEqual([
      { id: 'lost', repetitions: 0 },
      { id: 'repeats', repetitions: 2 },
    ]);
  });

  it.each(cases([['version 1', upTo(1)]], OTHER_FILES))(
    'if the process ends at any statement of the migration of %s, the next start finishes it',
    (_n, make) => {
      leave(make);
      const killed: string[] = [];
      const copying = (path: string): SqliteDriver => {
        const driver = openDriver(path);
        const copy = (): void => {
          const to = join(folder, `killed-${killed.length}.db`);
          for (const part of ['', '-wal']) if (existsSync(path + part)) copyFileSync(path + part, to + part);
          killed.push(to);
        };
        return {
          name: driver.name,
          prepare: (sql) => driver.prepare(sql),
          close: () => driver.close(),
          // A migration is one script, so this also stops between its statements.
          exec: (sql) => {
            for (const statement of sql.split(/;\s*\n/)) {
              driver.exec(statement);
              copy();
            }
          },
        };
      };
      openDataFile(file, { now: 0, openDriver: copying }).close();

      expect(killed.length).toBeGreaterThan(5);
      // Most of them have the same content: the last committed state.
      const states = new Map(killed.map((path) => [contentOf(path), path]));
      for (const path of states.values()) expectUpToDate(path);
    },
  );
});
