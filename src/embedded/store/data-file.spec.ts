import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { Database } from './database.js';
import {
  DataFileInUseError,
  DataFileUnusableError,
  ForeignDataFileError,
  LaterDataFileError,
  openDataFile,
  openDataFileWhenFree,
  putDataFileAside,
  removeDataFile,
  type DataFile,
} from './data-file.js';
import { availableDrivers } from './driver/open-driver.js';
import { migrations } from './schema.js';

function makeOther(file: string): void {
  const other = new Database(file);
  other.script("CREATE TABLE theirs (a); INSERT INTO theirs VALUES ('precious');");
  other.close();
}

describe('The data file', () => {
  let folder: string;
  let file: string;
  let said: string[];
  const opened: DataFile[] = [];

  const open = (): DataFile => {
    const data = openDataFile(file, { now: Date.UTC(2026, 0, 2) });
    opened.push(data);
    return data;
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'data-file-'));
    file = join(folder, 'deep', 'inngest.db');
    said = [];
    jest
      .spyOn(Logger.prototype, 'error')
      .mockImplementation((message: unknown) => void said.push(String(message)));
  });

  afterEach(() => {
    for (const data of opened.splice(0)) data.close();
    rmSync(folder, { recursive: true });
    jest.restoreAllMocks();
  });

  it('is created with its folder, and keeps what was written', () => {
    const first = open();
    first.db.run("INSERT INTO meta (key, value) VALUES ('kept', 'yes')");
    first.close();

    const again = open();

    expect(again.db.get("SELECT value FROM meta WHERE key = 'kept'")).toMatchObject({ value: 'yes' });
    expect(again.db.get('PRAGMA journal_mode')).toMatchObject({ journal_mode: 'wal' });
    expect(said).toEqual([]);
  });

  it('is refused to a second server, whose error names the first one', () => {
    open().setOwner('process 17, http://localhost:8288');

    expect(() => open()).toThrow(DataFileInUseError);
    expect(() => open()).toThrow(
      `${file} is in use by another embedded Inngest (process 17, http://localhost:8288)`,
    );
  });

  it.each([
    ['process 17, http://localhost:8288', 'http://localhost:8288'],
    ['process 17', undefined],
    ['unknown: it is just starting', undefined],
  ])('has an error with the URL of its server (%s)', (owner, url) => {
    expect(new DataFileInUseError(file, owner).url).toBe(url);
  });

  it.each([
    ['a text', 'hello, this is no database', 'it is not an SQLite database'],
    ['a truncated database', undefined, 'cannot be used: it'],
  ])('that is %s is kept aside, and a new one is created', (_, content, problem) => {
    open().close();
    const spoilt = content ?? readFileSync(file).subarray(0, 5_000);
    writeFileSync(file, spoilt);
    rmSync(`${file}-wal`, { force: true });

    const fresh = open();

    expect(fresh.db.get('SELECT count(*) AS n FROM run')).toMatchObject({ n: 0 });
    expect(said).toHaveLength(1);
    expect(said[0]).toContain(problem);
    const aside = readdirSync(join(folder, 'deep')).find((name) =>
      name.startsWith('inngest.db.aside-2026-01-02'),
    );
    expect(readFileSync(join(folder, 'deep', aside ?? ''))).toEqual(Buffer.from(spoilt));
  });

  it('of another program is kept aside completely', () => {
    mkdirSync(join(folder, 'deep'));
    makeOther(file);

    open();

    expect(said[0]).toContain('it belongs to another program');
    const aside = readdirSync(join(folder, 'deep')).find((name) => /aside-[^.]*$/.test(name)) ?? '';
    const kept = new Database(join(folder, 'deep', aside));
    expect(kept.get('SELECT a FROM theirs')).toMatchObject({ a: 'precious' });
    kept.close();
  });

  it.each([
    ['a text', (at: string) => writeFileSync(at, '{ "name": "precious" }'), 'it is not an SQLite database'],
    ['of another program', makeOther, 'it belongs to another program'],
  ])('that no server has used and is %s is not removed', (_, make, problem) => {
    mkdirSync(join(folder, 'deep'));
    make(file);
    const content = readFileSync(file);

    expect(() => removeDataFile(file)).toThrow(ForeignDataFileError);
    expect(() => removeDataFile(file)).toThrow(
      `${file} is not removed: ${problem}, and no server has used it`,
    );
    expect(readFileSync(file)).toEqual(content);
    expect(readdirSync(join(folder, 'deep'))).toEqual(['inngest.db']);
  });

  it('of a later version is refused, and not changed', () => {
    const later = open();
    later.db.script(`PRAGMA user_version = ${migrations.length + 1}`);
    later.close();
    const content = readFileSync(file);
    rmSync(`${file}.lock`);

    expect(() => open()).toThrow(LaterDataFileError);
    expect(() => open()).toThrow(
      `its format is version ${migrations.length + 1}, and this one reads up to version ${migrations.length}`,
    );
    expect(() => open()).toThrow('npm run inngest:reset');
    expect(readFileSync(file)).toEqual(content);
    expect(readdirSync(join(folder, 'deep'))).toEqual(['inngest.db']);
    expect(said).toEqual([]);
  });

  it('of a later version is not removed, but put aside', () => {
    const later = open();
    later.db.run("INSERT INTO meta (key, value) VALUES ('kept', 'yes')");
    later.db.script(`PRAGMA user_version = ${migrations.length + 1}`);
    later.close();

    expect(() => removeDataFile(file)).toThrow(LaterDataFileError);
    const aside = putDataFileAside(file, Date.UTC(2026, 0, 2)) ?? '';

    const kept = new Database(aside);
    expect(kept.get("SELECT value FROM meta WHERE key = 'kept'")).toEqual({ value: 'yes' });
    kept.close();
    open();
    expect(putDataFileAside(join(folder, 'absent.db'), 0)).toBeUndefined();
  });

  it('of an earlier version is migrated', () => {
    open().close();
    rmSync(file);
    rmSync(`${file}-wal`, { force: true });
    const earlier = new Database(file);
    earlier.script(migrations[0] ?? '');
    earlier.script(
      "PRAGMA application_id = 0x494e4e47; PRAGMA user_version = 1; INSERT INTO meta VALUES ('kept', 'yes');",
    );
    earlier.close();

    const { db } = open();

    expect(db.get('PRAGMA user_version')).toMatchObject({ user_version: migrations.length });
    expect(db.get("SELECT value FROM meta WHERE key = 'kept'")).toMatchObject({ value: 'yes' });
    expect(said).toEqual([]);
  });

  it('that cannot be created is named with the reason', () => {
    writeFileSync(join(folder, 'deep'), 'a file where a folder should be');

    expect(() => open()).toThrow(DataFileUnusableError);
    expect(() => open()).toThrow(`${file} cannot be opened or created: E`);
  });

  it('cannot be a device or a pipe: these are refused and not renamed', () => {
    mkdirSync(join(folder, 'deep'));
    execFileSync('mkfifo', [file]);

    expect(() => open()).toThrow(`${file} is a device, a pipe or a socket, not a file`);
    expect(() => removeDataFile(file)).toThrow('not a file');
    expect(readdirSync(join(folder, 'deep'))).toEqual(['inngest.db']);
  });

  it('that cannot be locked is named with the reason', () => {
    mkdirSync(`${file}.lock`, { recursive: true });

    expect(() => open()).toThrow(`${file} cannot be opened or created: EISDIR`);
  });

  it('is opened when another process has released its lock', async () => {
    mkdirSync(join(folder, 'deep'));
    const backup = new Database(file);
    backup.script('BEGIN EXCLUSIVE');
    expect(() => open()).toThrow(
      `${file} cannot be opened or created: Another process has locked the data file of the embedded Inngest.`,
    );

    const opening = openDataFileWhenFree(file, { now: 0 });
    backup.script('COMMIT');
    backup.close();
    const data = await opening;
    opened.push(data);

    expect(data.db.get('SELECT count(*) AS n FROM run')).toEqual({ n: 0 });
    expect(said).toEqual([]);
  });

  it.each(availableDrivers())('is complete without other files after %s has closed it', (_, openDriver) => {
    mkdirSync(join(folder, 'deep'));
    const data = openDataFile(file, { now: 0, openDriver });
    data.db.run("INSERT INTO meta (key, value) VALUES ('kept', 'yes')");
    data.close();

    expect(readdirSync(join(folder, 'deep')).toSorted()).toEqual(['inngest.db', 'inngest.db.lock']);
    const copy = join(folder, 'copy.db');
    copyFileSync(file, copy);
    const db = new Database(copy);
    expect(db.get("SELECT value FROM meta WHERE key = 'kept'")).toEqual({ value: 'yes' });
    db.close();
  });

  it('is removed with the files beside it, but not while a server uses it', () => {
    const data = open();
    expect(() => removeDataFile(file)).toThrow(DataFileInUseError);
    data.close();

    expect(removeDataFile(file)).toBe(true);
    expect(readdirSync(join(folder, 'deep'))).toEqual([]);
    expect(removeDataFile(file)).toBe(false);
  });
});
