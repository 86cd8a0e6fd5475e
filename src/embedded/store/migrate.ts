import type { Database } from './database.js';
import { APPLICATION_ID, versionOf } from './data-file-problem.js';
import { migrations } from './schema.js';

/** What a file may lack whose version was written before its migration was complete. */
interface Amendment {
  /** The version from which on it must be there. */
  since: number;
  isMissing: (db: Database) => boolean;
  sql: string;
}

const AMENDMENTS: readonly Amendment[] = [
  {
    // The files of the first version, which did not mark them as its own.
    since: 1,
    isMissing: (db) => !has(db, "SELECT 1 FROM sqlite_schema WHERE name = 'meta'"),
    sql: `
      CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
      CREATE INDEX run_by_end ON run (ended_at) WHERE ended_at IS NOT NULL;
      DROP INDEX queue_ready;
      CREATE INDEX queue_ready ON queue_item (lane, score) WHERE state = 'ready';
      CREATE INDEX batch_event_by_event ON batch_event (event_id);`,
  },
  {
    since: 3,
    isMissing: (db) => !has(db, "SELECT 1 FROM pragma_table_info('step') WHERE name = 'awaited'"),
    sql: 'ALTER TABLE step ADD COLUMN awaited INTEGER NOT NULL DEFAULT 0;',
  },
];

/** The statements that make the newest schema, once this process has gone through the migrations to it. */
let newest: string | undefined;

/**
 * Makes the schema in a database that has none and that nobody else can open. The migrations take 5 ms; their result, as
 * SQLite keeps it, takes 1.5 ms. A program that tests functions opens hundreds of such databases.
 */
export function createSchema(db: Database): void {
  if (newest === undefined) {
    migrate(db);
    const made = db.all<{ sql: string }>(
      "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid",
    );
    newest = made.map(({ sql }) => `${sql};`).join('\n');
    return;
  }
  const schema = newest;
  db.transaction(() => {
    db.script(schema);
    db.script(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${migrations.length};`);
  });
}

/**
 * Brings the file up to date. Each step is a transaction, so that one which the end of the process cuts off is done again
 * by the next start.
 */
export function migrate(db: Database): void {
  const version = versionOf(db);
  for (const { since, isMissing, sql } of AMENDMENTS) {
    if (version >= since && isMissing(db)) db.transaction(() => db.script(sql));
  }
  migrations.slice(version).forEach((migration, index) => {
    db.transaction(() => {
      db.script(migration);
      db.script(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${version + index + 1};`);
    });
  });
}

function has(db: Database, sql: string): boolean {
  return db.get(sql) !== undefined;
}
