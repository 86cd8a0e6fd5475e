import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { Checkpoints } from './checkpoints.js';
import { openDataFile } from './data-file.js';
import { Database } from './database.js';

const PAGE_BYTES = 4096;

describe('Checkpoints', () => {
  let folder: string;
  let file: string;
  let db: Database;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'checkpoints-'));
    file = join(folder, 'data.db');
    db = new Database(file);
    db.script('PRAGMA journal_mode = WAL; CREATE TABLE t (text TEXT) STRICT;');
  });

  afterEach(async () => {
    db.close();
    await rm(folder, { recursive: true });
  });

  const write = (commits: number): void => {
    for (let n = 0; n < commits; n++) db.run('INSERT INTO t VALUES (?)', 'x'.repeat(PAGE_BYTES));
  };
  const walSize = async (): Promise<number> => (await stat(`${file}-wal`)).size;
  const fileSize = async (): Promise<number> => (await stat(file)).size;

  /** Writes until the condition is true, without a time limit. */
  async function writeUntil(isReached: () => Promise<boolean>): Promise<void> {
    while (!(await isReached())) write(8);
  }

  it('does not move a short log', async () => {
    const checkpoints = new Checkpoints(file, db);
    const before = await fileSize();
    write(100);

    expect(await fileSize()).toBe(before);
    expect(await walSize()).toBeGreaterThan(100 * PAGE_BYTES);
    await checkpoints.close();
  });

  it('moves a long log into the file in a thread, not in a commit', async () => {
    const checkpoints = new Checkpoints(file, db, 20 * PAGE_BYTES);
    const before = await fileSize();
    write(100);
    await writeUntil(async () => (await fileSize()) > before);
    expect(db.get('PRAGMA wal_autocheckpoint')).toEqual({ wal_autocheckpoint: 0 });
    await checkpoints.close();
    expect(db.get<{ n: number }>('SELECT count(*) AS n FROM t')?.n).toBeGreaterThanOrEqual(100);
  });

  it('makes a large log start over while commits continue, and keeps the beginning of its file', async () => {
    const checkpoints = new Checkpoints(file, db, 60 * PAGE_BYTES, 200 * PAGE_BYTES);
    let largest = 0;
    let size = 0;
    await writeUntil(async () => {
      size = await walSize();
      const isAnew = size < largest;
      largest = Math.max(largest, size);
      return isAnew;
    });
    // The commits since the last look are shorter than that.
    expect(size).toBeGreaterThanOrEqual(60 * PAGE_BYTES);
    expect(db.get('PRAGMA wal_autocheckpoint')).toEqual({ wal_autocheckpoint: 0 });
    await checkpoints.close();
  });

  it('leaves one complete file at the end, without files beside it', async () => {
    const checkpoints = new Checkpoints(file, db, 20 * PAGE_BYTES);
    write(100);
    await checkpoints.close();
    db.close();

    expect(await readdir(folder)).toEqual(['data.db']);
    const copy = new Database(file);
    expect(copy.get('SELECT count(*) AS n FROM t')).toEqual({ n: 100 });
    copy.close();
  });

  it('leaves a log that is as long as the beginning of its file, which may be empty', async () => {
    const other = join(folder, 'other');
    const checkpoints = new Checkpoints(other, db, 100);
    const begin = jest.spyOn(checkpoints as unknown as { begin: () => void }, 'begin').mockReturnValue();
    await writeFile(`${other}-wal`, 'x'.repeat(100));
    write(8);
    expect(begin).not.toHaveBeenCalled();
    await writeFile(`${other}-wal`, 'x'.repeat(101));
    write(8);

    expect(begin).toHaveBeenCalledTimes(1);
    await checkpoints.close();
  });

  it('returns to checkpoints by commits when the thread fails', async () => {
    // A folder cannot be opened as a database. A file that looks like its log makes the thread start.
    const other = join(folder, 'other');
    await mkdir(other);
    await writeFile(`${other}-wal`, 'x'.repeat(101));
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const checkpoints = new Checkpoints(other, db, 100);
    const before = await fileSize();
    await writeUntil(async () => (await fileSize()) > before);

    expect(db.get('PRAGMA wal_autocheckpoint')).toEqual({ wal_autocheckpoint: 1000 });
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('From now on the main thread moves'));
    warn.mockRestore();
    await checkpoints.close();
  });

  it('are used by an open data file', () => {
    const path = join(folder, 'server.db');
    const data = openDataFile(path, { now: 0 });
    expect(data.db.get('PRAGMA wal_autocheckpoint')).toEqual({ wal_autocheckpoint: 0 });
    data.close();
  });
});
