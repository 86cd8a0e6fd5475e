import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { availableDrivers } from './open-driver.js';
import type { SqliteDriver } from './sqlite-driver.js';

const drivers = availableDrivers();

describe.each(drivers)('The driver %s', (name, open) => {
  let folder: string;
  let file: string;
  let driver: SqliteDriver;
  const others: SqliteDriver[] = [];

  const other = (openOther = open): SqliteDriver => {
    const connection = openOther(file);
    others.push(connection);
    return connection;
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'driver-'));
    file = join(folder, 'file.db');
    driver = open(file);
    driver.exec('CREATE TABLE pair (a, b)');
  });

  afterEach(() => {
    for (const connection of [driver, ...others.splice(0)]) connection.close();
    rmSync(folder, { recursive: true });
  });

  it('says its name', () => {
    expect(driver.name).toBe(name);
  });

  it('returns plain objects with the columns and nothing else', () => {
    driver.exec("INSERT INTO pair VALUES (1, 'one'), (NULL, 1.5)");

    const first = driver.prepare('SELECT a, b FROM pair').get([]);
    const all = driver.prepare('SELECT a, b FROM pair').all([]);

    expect(first).toStrictEqual({ a: 1, b: 'one' });
    expect(all).toStrictEqual([
      { a: 1, b: 'one' },
      { a: null, b: 1.5 },
    ]);
    expect(driver.prepare('SELECT a FROM pair WHERE a = 2').get([])).toBeUndefined();
  });

  it('counts the rows that a statement changed', () => {
    const insert = driver.prepare('INSERT INTO pair VALUES (?, ?)');

    expect(insert.run([1, null])).toBe(1);
    expect(insert.run([2, null])).toBe(1);
    expect(driver.prepare('UPDATE pair SET b = 1').run([])).toBe(2);
    expect(driver.prepare('DELETE FROM pair WHERE a = 3').run([])).toBe(0);
  });

  it('keeps times and text exactly', () => {
    const values = [1_764_224_000_123, 'quote \' " ; -- \u{1F600} é \n'];
    driver.prepare('INSERT INTO pair VALUES (?, ?)').run(values);

    expect(driver.prepare('SELECT a, b FROM pair').get([])).toStrictEqual({ a: values[0], b: values[1] });
  });

  it('keeps U+0000 in data, which JSON escapes', () => {
    const data = { text: 'a\0b', '\0': ['\0'] };
    driver.prepare('INSERT INTO pair VALUES (1, ?)').run([JSON.stringify(data)]);

    const row = driver.prepare('SELECT b FROM pair').get([]) as { b: string };
    expect(JSON.parse(row.b)).toStrictEqual(data);
  });

  it('sees what another connection writes after a read that the other one refused', () => {
    const holder = other();
    holder.exec('BEGIN EXCLUSIVE');
    const count = driver.prepare('SELECT count(*) AS n FROM pair');
    expect(() => count.all([])).toThrow('locked');
    expect(() => driver.exec('BEGIN IMMEDIATE')).toThrow('locked');
    holder.exec('COMMIT; PRAGMA journal_mode = WAL; INSERT INTO pair VALUES (1, 1)');

    driver.exec('BEGIN IMMEDIATE; INSERT INTO pair VALUES (2, 2); COMMIT;');
    holder.exec('INSERT INTO pair VALUES (3, 3)');
    driver.exec('BEGIN IMMEDIATE; INSERT INTO pair VALUES (4, 4); COMMIT;');

    expect(count.get([])).toStrictEqual({ n: 4 });
  });

  it('reads columns that were added, and of a table that was changed', () => {
    driver.exec('INSERT INTO pair VALUES (1, 2)');
    const first = driver.prepare('SELECT * FROM pair');
    expect(first.get([])).toStrictEqual({ a: 1, b: 2 });
    driver.exec('ALTER TABLE pair ADD COLUMN c');

    expect(first.get([])).toStrictEqual({ a: 1, b: 2, c: null });
    expect(first.all([])).toStrictEqual([{ a: 1, b: 2, c: null }]);
    expect(driver.prepare('SELECT 1 AS "one", 2 AS "the \'2nd\'", 3 AS "``"').get([])).toStrictEqual({
      one: 1,
      "the '2nd'": 2,
      '``': 3,
    });
  });

  it('commits only if nothing stands against it, and can try again', () => {
    driver.exec('PRAGMA foreign_keys = 1; CREATE TABLE parent (id INTEGER PRIMARY KEY)');
    driver.exec('CREATE TABLE child (parent REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)');
    const insert = driver.prepare('INSERT INTO child VALUES (?)');

    for (const id of [1, 2]) {
      driver.exec('BEGIN IMMEDIATE');
      insert.run([id]);
      expect(() => driver.exec('COMMIT')).toThrow('FOREIGN KEY');
      driver.prepare('INSERT INTO parent VALUES (?)').run([id]);
      driver.exec('COMMIT');
    }
    driver.exec('BEGIN IMMEDIATE');
    insert.run([3]);
    expect(() => driver.exec('COMMIT')).toThrow('FOREIGN KEY');
    driver.exec('ROLLBACK');

    expect(driver.prepare('SELECT parent FROM child').all([])).toStrictEqual([{ parent: 1 }, { parent: 2 }]);
  });

  it.each(drivers)('opens a file that %s has written', (_, openOther) => {
    const writer = other(openOther);
    writer.exec("PRAGMA journal_mode = WAL; INSERT INTO pair VALUES (1764224000123, 'kept')");
    const columns = driver.prepare('SELECT a, b, typeof(a) AS type FROM pair');

    expect(columns.get([])).toStrictEqual({ a: 1_764_224_000_123, b: 'kept', type: 'integer' });
    driver.exec("UPDATE pair SET b = 'changed'");
    expect(writer.prepare('SELECT b FROM pair').get([])).toStrictEqual({ b: 'changed' });
    expect(writer.prepare('PRAGMA integrity_check').all([])).toStrictEqual([{ integrity_check: 'ok' }]);
  });
});
