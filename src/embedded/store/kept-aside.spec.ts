import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { openDataFile, type DataFile } from './data-file.js';
import { availableDrivers } from './driver/open-driver.js';
import { problemWithWal } from './wal-problem.js';

describe.each(availableDrivers())(
  'Changes in a write-ahead log that SQLite would drop, on %s:',
  (_, openDriver) => {
    let folder: string;
    let file: string;
    let said: string[];
    const opened: DataFile[] = [];

    const open = (path = file): DataFile => {
      const data = openDataFile(path, { now: Date.UTC(2026, 0, 2), openDriver });
      opened.push(data);
      return data;
    };
    const keep = (data: DataFile, key: string): void => {
      data.db.run('INSERT INTO meta (key, value) VALUES (?, ?)', key, 'x'.repeat(5_000));
    };
    const keys = (data: DataFile): string[] =>
      data.db
        .all<{ key: string }>("SELECT key FROM meta WHERE key LIKE 'key-%' ORDER BY key")
        .map(({ key }) => key);
    /** The state after kill -9: two changes are in the log, and none of them in the file. */
    const crashed = (): void => {
      open().close();
      const data = open();
      for (const key of ['key-1', 'key-2']) keep(data, key);
      for (const part of ['', '-wal']) copyFileSync(file + part, `${file}~${part}`);
      data.close();
      file = `${file}~`;
    };
    const asides = (): string[] => readdirSync(folder).filter((name) => name.includes('.aside-'));

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'kept-aside-'));
      file = join(folder, 'inngest.db');
      said = [];
      jest
        .spyOn(Logger.prototype, 'error')
        .mockImplementation((line: unknown) => void said.push(String(line)));
    });

    afterEach(() => {
      for (const data of opened.splice(0)) data.close();
      rmSync(folder, { recursive: true });
      jest.restoreAllMocks();
    });

    it('a log that a killed server left is used', () => {
      crashed();

      expect(problemWithWal(`${file}-wal`)).toBeUndefined();
      expect(keys(open())).toEqual(['key-1', 'key-2']);
      expect(said).toEqual([]);
    });

    it('a log whose end was cut off is used', () => {
      crashed();
      const log = readFileSync(`${file}-wal`);
      writeFileSync(`${file}-wal`, log.subarray(0, log.length - 100));

      expect(keys(open())).toEqual(['key-1']);
      expect(said).toEqual([]);
    });

    it('a log with a large transaction that was rolled back is used', () => {
      const data = open();
      data.db.script('PRAGMA cache_size = 1');
      expect(() =>
        data.db.transaction(() => {
          for (let n = 0; n < 100; n++) keep(data, `key-${n}`);
          throw new Error('no');
        }),
      ).toThrow('no');
      keep(data, 'key-kept');
      for (const part of ['', '-wal']) copyFileSync(file + part, `${file}~${part}`);

      expect(statSync(`${file}~-wal`).size).toBeGreaterThan(100_000);
      expect(keys(open(`${file}~`))).toEqual(['key-kept']);
      expect(said).toEqual([]);
    });

    it.each(['is missing', 'is empty'])('a log whose data file %s is kept aside', (what) => {
      crashed();
      const log = readFileSync(`${file}-wal`);
      if (what === 'is missing') rmSync(file);
      else writeFileSync(file, '');

      expect(keys(open())).toEqual([]);
      expect(said).toEqual([
        expect.stringContaining(`${file}-wal contains changes of a data file that does not exist.`),
      ]);
      const aside = asides().find((name) => name.endsWith('-wal')) ?? '';
      expect(said[0]).toContain(aside);
      expect(readFileSync(join(folder, aside))).toEqual(log);
    });

    it.each([
      ['its magic number', 0],
      ['its version', 7],
      ['its page size', 10],
      ['its checksum', 30],
      ['everything but a few bytes', undefined],
    ])('a log that lost %s is kept aside with the file as it was', (_name, at) => {
      crashed();
      const before = readFileSync(file);
      const log = readFileSync(`${file}-wal`);
      if (at !== undefined) log[at] = (log[at] ?? 0) ^ 0xff;
      const damaged = at === undefined ? log.subarray(0, 20) : log;
      writeFileSync(`${file}-wal`, damaged);

      const data = open();
      keep(data, 'key-3');

      expect(keys(data)).toEqual(['key-3']);
      expect(said).toEqual([expect.stringContaining(`${file}-wal cannot be used: its header is damaged`)]);
      const [kept = '', keptLog = ''] = asides().toSorted();
      expect(readFileSync(join(folder, kept))).toEqual(before);
      expect(readFileSync(join(folder, keptLog))).toEqual(damaged);
    });

    it('a log that is damaged in the middle is kept aside, and its changes before the damage are used', () => {
      crashed();
      const log = readFileSync(`${file}-wal`);
      log[log.indexOf('key-1') + 100] = 0;
      writeFileSync(`${file}-wal`, log);

      const data = open();

      expect(keys(data)).toEqual([]);
      expect(data.db.get('SELECT count(*) AS n FROM run')).toEqual({ n: 0 });
      expect(said).toEqual([
        expect.stringMatching(/page \d+ of its \d+ is damaged, so the changes from there on/),
      ]);
      expect(asides()).toHaveLength(2);
    });

    it('a log of another state of the file, such as one before a backup was put back, is kept aside', () => {
      open().close();
      const backup = readFileSync(file);
      crashed();
      writeFileSync(file, backup);

      expect(keys(open())).toEqual([]);
      expect(said).toEqual([expect.stringContaining('it belongs to another state of the file')]);
      expect(asides()).toHaveLength(2);
    });

    it('a file that is kept aside replaces no earlier one, even in the same millisecond', () => {
      for (const text of ['first', 'second']) {
        writeFileSync(file, text);
        open().close();
      }

      const kept = asides().filter((name) => !name.endsWith('.lock'));
      expect(kept.map((name) => readFileSync(join(folder, name), 'utf8')).toSorted()).toEqual([
        'first',
        'second',
      ]);
      expect(existsSync(file)).toBe(true);
    });
  },
);
