// Holds the write lock of a data file as another program could: `node hold-lock.mjs <file> <ms>`. Prints "held" when it has the
// lock, and exits after it releases the lock.
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'libsql';

const [file, ms] = process.argv.slice(2);
const db = new Database(file);
db.exec('PRAGMA busy_timeout = 10000');
db.exec('BEGIN IMMEDIATE');
console.log('held');
await pause(Number(ms));
db.exec('ROLLBACK');
db.close();
