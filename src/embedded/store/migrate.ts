import type { Database } from './database.js';
import { APPLICATION_ID, versionOf } from './data-file-problem.js';
import { migrations } from './schema.js';

/** A part of a migration that was added after servers had already written files of that version. */
interface Amendment {
  /** The version of those files. Files of this version and later ones must have it. */
  since: number;
  isMissing: (db: Database) => boolean;
  sql: string;
}

const AMENDMENTS: readonly Amendment[] = [
  {
    // For files of the first version, which did not mark its files.
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

/** The statements that create the newest schema; set after this process has run all migrations once. */
let newest: string | undefined;

/**
 * Creates the schema in an empty database that no other process can open. The migrations take 5 ms; the statements of the
 * newest schema, which this function reads from SQLite and caches, take 1.5 ms. Tests of functions open hundreds of such
 * databases.
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
 * Migrates the file to the newest version. Each migration is a transaction. If the process ends during one, the next start
 * does it again.
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
