import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import {
  DataFileInUseError,
  DataFileUnusableError,
  HardLinkedDataFileError,
  openDataFile,
  openDataFileWhenFree,
  type DataFile,
} from './data-file.js';
import { StoreUnavailableError } from './database.js';
import { availableDrivers } from './driver/open-driver.js';

const KEEP = "INSERT INTO meta (key, value) VALUES ('kept', 'yes')";
const KEPT = "SELECT value FROM meta WHERE key = 'kept'";

describe.each(availableDrivers())('A data file that others can access, on %s:', (_, openDriver) => {
  let folder: string;
  let file: string;
  let said: string[];
  const opened: DataFile[] = [];

  const open = (path = file): DataFile => {
    const data = openDataFile(path, { now: Date.UTC(2026, 0, 2), openDriver });
    opened.push(data);
    return data;
  };
  const modes = (): Record<string, string> =>
    Object.fromEntries(
      readdirSync(folder).map((name) => [name, (statSync(join(folder, name)).mode & 0o777).toString(8)]),
    );

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sharing-'));
    file = join(folder, 'inngest.db');
    said = [];
    const say = (message: unknown): void => void said.push(String(message));
    jest.spyOn(Logger.prototype, 'error').mockImplementation(say);
    jest.spyOn(Logger.prototype, 'warn').mockImplementation(say);
  });

  afterEach(() => {
    for (const data of opened.splice(0)) data.close();
    rmSync(folder, { recursive: true });
    jest.restoreAllMocks();
  });

  describe('a second server is refused', () => {
    it('that uses a symbolic link to the file or to its folder', () => {
      const link = join(folder, 'link.db');
      symlinkSync(file, link);
      symlinkSync(folder, join(folder, 'around'));
      open();

      expect(() => open(link)).toThrow(DataFileInUseError);
      expect(() => open(join(folder, 'around', 'inngest.db'))).toThrow(DataFileInUseError);
    });

    it('when the first one used a link whose target did not exist yet', () => {
      symlinkSync('inngest.db', join(folder, 'link.db'));
      symlinkSync('link.db', join(folder, 'second-link.db'));
      open(join(folder, 'second-link.db')).db.run(KEEP);

      expect(statSync(file).isFile()).toBe(true);
      expect(() => open()).toThrow(DataFileInUseError);
    });

    it('that uses a hard link, whether the first one is running or was killed', () => {
      const link = join(folder, 'link.db');
      const first = open();
      linkSync(file, link);

      expect(() => open(link)).toThrow(HardLinkedDataFileError);
      expect(() => open(link)).toThrow(`${link} has 2 names (hard links)`);
      first.close();
      expect(() => open()).toThrow(HardLinkedDataFileError);
      expect(readdirSync(folder).toSorted()).toEqual(['inngest.db', 'inngest.db.lock', 'link.db']);

      rmSync(link);
      open();
    });

    describe('that finds no log beside the locked file', () => {
      const log = (): string => join(folder, 'elsewhere');
      const hideLog = (): void => {
        open().db.run(KEEP);
        for (const part of ['-wal', '-shm']) renameSync(file + part, log() + part);
        rmSync(`${file}.lock`);
      };
      const showLog = (): void => {
        for (const part of ['-wal', '-shm']) renameSync(log() + part, file + part);
      };

      it('as in another container', () => {
        hideLog();

        expect(() => open()).toThrow(
          `${file} is in use by another embedded Inngest (unknown: it is open under another path)`,
        );
        showLog();
      });

      it('but waits for a process that is just closing the file', async () => {
        hideLog();
        const opening = openDataFileWhenFree(file, { now: 0, openDriver });
        showLog();
        const second = await opening;
        opened.push(second);

        expect(second.db.get(KEPT)).toEqual({ value: 'yes' });
      });
    });
  });

  describe('when the lock was removed, the server that started last has the file', () => {
    it('and the earlier one makes no changes and logs that', async () => {
      const first = open();
      const taken = jest.fn();
      first.onTaken(taken);
      first.db.run(KEEP);
      rmSync(`${file}.lock`);
      const second = open();

      const change = (): number => first.db.run("UPDATE meta SET value = 'spoilt' WHERE key = 'kept'");
      expect(change).toThrow('Another embedded Inngest has taken over the data file of this one.');
      expect(change).toThrow(StoreUnavailableError);
      expect(() => first.db.transaction(() => undefined)).toThrow(StoreUnavailableError);
      expect(first.db.look()).toMatchObject({ kind: 'taken' });
      await Promise.resolve();

      expect(taken).toHaveBeenCalledTimes(1);
      expect(said).toEqual([expect.stringContaining(`Another embedded Inngest was started on ${file}`)]);
      expect(second.db.get(KEPT)).toEqual({ value: 'yes' });
      expect(second.db.look()).toBeUndefined();
      first.close();
      second.db.run("UPDATE meta SET value = 'still' WHERE key = 'kept'");
      expect(second.db.get(KEPT)).toEqual({ value: 'still' });
    });

    it('even while the earlier one is idle', () => {
      const first = open();
      rmSync(`${file}.lock`);
      open();

      expect(first.db.look()).toMatchObject({ kind: 'taken' });
    });
  });

  it('a transaction needs one more statement, which is compiled once', () => {
    const prepared: string[] = [];
    let executed = 0;
    const counting = openDataFile(file, {
      now: 0,
      openDriver: (path) => {
        const driver = openDriver(path);
        return {
          name: driver.name,
          exec: (sql) => driver.exec(sql),
          close: () => driver.close(),
          prepare: (sql) => {
            prepared.push(sql);
            const statement = driver.prepare(sql);
            return {
              ...statement,
              run: (values) => (executed++, statement.run(values)),
              get: (values) => (executed++, statement.get(values)),
              all: (values) => (executed++, statement.all(values)),
            };
          },
        };
      },
    });
    opened.push(counting);
    prepared.splice(0);
    executed = 0;

    for (let n = 0; n < 10; n++) counting.db.transaction(() => counting.db.transaction(() => undefined));

    expect(prepared).toEqual([]);
    expect(executed).toBe(10);
  });

  it('other processes can read it, back it up and lock it meanwhile', async () => {
    const data = open();
    data.db.run(KEEP);
    const other = openDriver(file);
    expect(other.prepare(KEPT).get([])).toEqual({ value: 'yes' });
    other.exec(`VACUUM INTO '${join(folder, 'backup.db')}'`);
    other.exec('BEGIN IMMEDIATE');
    expect(() => data.db.run(KEEP)).toThrow('Another process has locked');
    other.exec("INSERT INTO meta (key, value) VALUES ('theirs', 'too'); COMMIT");

    data.db.run("INSERT INTO meta (key, value) VALUES ('mine', 'again')");
    data.close();
    other.close();

    const restored = await openDataFileWhenFree(join(folder, 'backup.db'), { now: 0, openDriver });
    opened.push(restored);
    expect(restored.db.get(KEPT)).toEqual({ value: 'yes' });
  });

  describe('only its owner can read it', () => {
    it('with any umask', () => {
      const umask = process.umask(0);
      try {
        open().db.run(KEEP);
        expect(modes()).toMatchObject({
          'inngest.db': '600',
          'inngest.db-wal': '600',
          'inngest.db-shm': '600',
          'inngest.db.lock': '600',
        });
        expect(new Set(Object.values(modes()))).toEqual(new Set(['600']));
      } finally {
        process.umask(umask);
      }
    });

    it('even if an earlier version let all users read it', () => {
      open().close();
      for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o666);

      open();

      expect(new Set(Object.values(modes()))).toEqual(new Set(['600']));
    });
  });

  it('a start that is refused leaves nothing behind', () => {
    mkdirSync(file);

    expect(() => open()).toThrow(DataFileUnusableError);
    expect(readdirSync(folder)).toEqual(['inngest.db']);
  });

  it('files without permissions, which an earlier refused start left, are made usable', () => {
    open().close();
    for (const part of ['-shm', '.lock']) {
      if (!existsSync(file + part)) writeFileSync(file + part, '');
      chmodSync(file + part, 0o400);
    }

    open();

    expect(new Set(Object.values(modes()))).toEqual(new Set(['600']));
  });
});
