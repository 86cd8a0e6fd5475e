import { Database } from './database.js';
import { migrations } from './schema.js';

/** Opens a database and brings its schema up to date. */
export function openDatabase(file: string): Database {
  const db = new Database(file);
  const version = db.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0;
  migrations.slice(version).forEach((migration, index) => {
    db.transaction(() => {
      db.script(migration);
      db.script(`PRAGMA user_version = ${version + index + 1}`);
    });
  });
  return db;
}
