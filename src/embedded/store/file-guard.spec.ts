import { copyFileSync, existsSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { openDataFile, type DataFile } from './data-file.js';
import { availableDrivers } from './driver/open-driver.js';

describe.each(availableDrivers())('A data file under a running server, on %s,', (_, openDriver) => {
  let folder: string;
  let file: string;
  let said: string[];
  let data: DataFile;

  const keep = (key: string): number =>
    data.db.run('INSERT INTO meta (key, value) VALUES (?, ?)', key, 'kept');
  const kept = (at: string): unknown => {
    const other = openDriver(at);
    try {
      return other.prepare("SELECT key FROM meta WHERE value = 'kept' ORDER BY key").all([]);
    } finally {
      other.close();
    }
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'file-guard-'));
    file = join(folder, 'inngest.db');
    said = [];
    const say = (line: unknown): void => void said.push(String(line));
    jest.spyOn(Logger.prototype, 'error').mockImplementation(say);
    jest.spyOn(Logger.prototype, 'log').mockImplementation(say);
    data = openDataFile(file, { now: 0, openDriver });
    keep('first');
  });

  afterEach(() => {
    data.close();
    rmSync(folder, { recursive: true, force: true });
    jest.restoreAllMocks();
  });

  it('that is still at its path is no problem', () => {
    expect(data.db.look()).toBeUndefined();
    expect(said).toEqual([]);
  });

  it.each([
    ['deleted', () => rmSync(file)],
    ['deleted with its folder', () => rmSync(folder, { recursive: true })],
  ])('that is %s accepts no changes, which is logged once', (_name, remove) => {
    remove();

    expect(data.db.look()).toMatchObject({ kind: 'gone' });
    expect(data.db.look()).toMatchObject({ kind: 'gone' });
    expect(() => keep('second')).toThrow(
      'The data file of the embedded Inngest was deleted, moved or replaced.',
    );
    expect(said).toEqual([
      expect.stringContaining(`${file} was deleted, moved or replaced while the server was running`),
    ]);
  });

  it('that is moved away accepts changes again when it is back', () => {
    renameSync(file, `${file}.moved`);
    expect(data.db.look()).toMatchObject({ kind: 'gone' });
    expect(() => keep('second')).toThrow('deleted, moved or replaced');
    renameSync(`${file}.moved`, file);

    expect(data.db.look()).toBeUndefined();
    keep('third');

    expect(said.at(-1)).toContain(`${file} is back`);
    expect(kept(file)).toEqual([{ key: 'first' }, { key: 'third' }]);
  });

  it('that is replaced does not write its changes to the other file', () => {
    const other = join(folder, 'other.db');
    const second = openDataFile(other, { now: 0, openDriver });
    second.db.run("INSERT INTO meta (key, value) VALUES ('other', 'kept')");
    second.close();
    renameSync(file, `${file}.moved`);
    copyFileSync(other, file);

    expect(data.db.look()).toMatchObject({ kind: 'gone' });
    expect(existsSync(`${file}-wal`) ? statSync(`${file}-wal`).size : 0).toBe(0);
    data.close();

    const again = openDataFile(file, { now: 0, openDriver });
    expect(again.db.all("SELECT key FROM meta WHERE value = 'kept'")).toEqual([{ key: 'other' }]);
    again.close();
    expect(kept(`${file}.moved`)).toEqual([{ key: 'first' }]);
  });
});
