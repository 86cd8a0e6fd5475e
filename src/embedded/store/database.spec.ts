import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { Database, StoreUnavailableError, type StoreProblem } from './database.js';
import { availableDrivers } from './driver/open-driver.js';
import type { SqliteDriver } from './driver/sqlite-driver.js';
import { FaultyDriver, type Fault } from './driver/testing/faulty-driver.js';

describe.each(availableDrivers())('The database on %s', (_, open) => {
  let folder: string;
  let file: string;
  let driver: FaultyDriver;
  let db: Database;
  let logged: string[];
  const others: SqliteDriver[] = [];

  const other = (): SqliteDriver => {
    const connection = open(file);
    others.push(connection);
    return connection;
  };
  const add = (value: number): number => db.run('INSERT INTO kept (value) VALUES (?)', value);
  const kept = (): number[] =>
    db.all<{ value: number }>('SELECT value FROM kept ORDER BY value').map(({ value }) => value);
  const thrownBy = (work: () => unknown): unknown => {
    try {
      work();
    } catch (error) {
      return error;
    }
    throw new Error('Nothing was thrown.');
  };
  const problemOf = (work: () => unknown): StoreProblem => {
    const error = thrownBy(work);
    expect(error).toBeInstanceOf(StoreUnavailableError);
    expect((error as Error).cause).toBeInstanceOf(Error);
    return (error as StoreUnavailableError).kind;
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'database-'));
    file = join(folder, 'file.db');
    driver = new FaultyDriver(open(file));
    db = new Database(driver);
    db.script('PRAGMA journal_mode = WAL; CREATE TABLE kept (value INTEGER PRIMARY KEY);');
    logged = [];
    jest
      .spyOn(Logger.prototype, 'error')
      .mockImplementation((...parts: unknown[]) => void logged.push(parts.map(String).join(' ')));
  });

  afterEach(() => {
    for (const connection of others.splice(0)) connection.close();
    db.close();
    rmSync(folder, { recursive: true });
    jest.restoreAllMocks();
  });

  describe('says why the store is not available', () => {
    it('refuses numbered parameters, which the driver of some versions of Node cannot bind', () => {
      expect(() => db.get('SELECT ?1 AS a, ?1 AS b', 1)).toThrow('Parameters must not have numbers');
    });

    it('when another process has the lock, after at most 20 ms in SQLite', () => {
      other().exec('BEGIN IMMEDIATE');

      expect(db.get<{ timeout: number }>('PRAGMA busy_timeout')?.timeout).toBeLessThanOrEqual(20);
      expect(problemOf(() => db.transaction(() => undefined))).toBe('busy');
      expect(problemOf(() => add(1))).toBe('busy');
      expect(problemOf(() => db.script('DELETE FROM kept'))).toBe('busy');
      expect(kept()).toEqual([]);
    });

    it('when the disk is full', () => {
      const { page_count: pages } = db.get<{ page_count: number }>('PRAGMA page_count')!;
      db.script(`PRAGMA max_page_count = ${pages}`);
      const error = thrownBy(() => db.script(`CREATE TABLE large AS SELECT zeroblob(100000)`));

      expect(error).toMatchObject({
        kind: 'full',
        message: 'The disk with the data of the embedded Inngest is full.',
      });
    });

    it('when it is read-only', () => {
      db.script('PRAGMA query_only = 1');

      expect(problemOf(() => add(1))).toBe('read-only');
    });

    it('when the file cannot be opened', () => {
      expect(problemOf(() => new Database(join(folder, 'absent', 'file.db')))).toBe('io');
    });

    it.each<[Fault, StoreProblem]>([
      ['busy', 'busy'],
      ['full', 'full'],
      ['io', 'io'],
    ])('for %s, in every method', (fault, problem) => {
      const failing = (work: () => unknown) => (): unknown => {
        driver.arm(1, fault);
        return work();
      };

      expect(problemOf(failing(() => db.get('SELECT 1')))).toBe(problem);
      expect(problemOf(failing(() => db.all('SELECT 1')))).toBe(problem);
      expect(problemOf(failing(() => add(1)))).toBe(problem);
      expect(problemOf(failing(() => db.script('SELECT 1')))).toBe(problem);
      expect(problemOf(failing(() => db.transaction(() => undefined)))).toBe(problem);
      expect(kept()).toEqual([]);
    });

    it.each([
      ['SQLITE_IOERR_SHMSIZE', 4874, 'full'],
      ['SQLITE_IOERR_WRITE', 778, 'full'],
      ['SQLITE_IOERR_READ', 266, 'io'],
      ['SQLITE_CANTOPEN_ISDIR', 526, 'io'],
      ['SQLITE_BUSY_SNAPSHOT', 517, 'busy'],
      ['SQLITE_LOCKED', 6, 'busy'],
      ['SQLITE_READONLY_DBMOVED', 1032, 'read-only'],
    ])('for the code %s or %d', (code, errcode, kind) => {
      const named = Object.assign(new Error('no'), { code, rawCode: errcode });
      const numbered = Object.assign(new Error('no'), { code: 'ERR_SQLITE_ERROR', errcode });

      expect(StoreUnavailableError.from(named)).toMatchObject({ kind, cause: named });
      expect(StoreUnavailableError.from(numbered)).toMatchObject({ kind, cause: numbered });
    });

    it('and does not convert a bug', () => {
      add(1);

      for (const bug of [
        thrownBy(() => db.get('SELECT nothing')),
        thrownBy(() => add(1)),
        thrownBy(() => db.transaction(() => Object.assign([], {}).at(0)!['x'])),
      ])
        expect(bug).not.toBeInstanceOf(StoreUnavailableError);
    });
  });

  describe('keeps a transaction whole:', () => {
    it('nothing is stored if it throws', () => {
      const failing = (): void =>
        db.transaction(() => {
          add(1);
          throw new Error('no');
        });

      expect(failing).toThrow('no');
      expect(kept()).toEqual([]);
      expect(db.inTransaction).toBe(false);
    });

    it('an inner transaction is a part of the outer one', () => {
      expect(() =>
        db.transaction(() => {
          db.transaction(() => add(1));
          expect(db.inTransaction).toBe(true);
          throw new Error('no');
        }),
      ).toThrow('no');
      expect(kept()).toEqual([]);

      db.transaction(() => db.transaction(() => add(2)));
      expect(kept()).toEqual([2]);
    });

    it('nothing is stored if an inner one throws and the outer one continues', () => {
      const after: unknown[] = [];

      const work = (): void =>
        db.transaction(() => {
          add(1);
          after.push(
            thrownBy(() =>
              db.transaction(() => {
                add(2);
                throw new Error('inner');
              }),
            ),
          );
          after.push(thrownBy(() => add(3)));
        });

      expect(work).toThrow('inner');
      expect(after).toEqual([new Error('inner'), new Error('inner')]);
      expect(kept()).toEqual([]);
    });

    it('nothing is stored if a statement throws and the transaction continues', () => {
      add(1);

      const work = (): void =>
        db.transaction(() => {
          add(2);
          thrownBy(() => add(1));
        });

      expect(work).toThrow('UNIQUE');
      expect(kept()).toEqual([1]);
    });

    it.each<Fault>(['busy', 'full', 'io'])('nothing if its COMMIT is %s, and the next one works', (fault) => {
      const work = (): number => db.transaction(() => add(1));
      // BEGIN, INSERT, COMMIT.
      driver.arm(3, fault);

      expect(problemOf(work)).toBe(fault);
      expect(driver.failed).toBe('COMMIT');
      expect(kept()).toEqual([]);
      expect(work()).toBe(1);
      expect(kept()).toEqual([1]);
    });

    it('even if SQLite has already rolled it back', () => {
      const work = (): void =>
        db.transaction(() => {
          add(1);
          driver.exec('ROLLBACK');
          throw new Error('no');
        });

      expect(work).toThrow('no');
      db.transaction(() => add(2));
      expect(kept()).toEqual([2]);
    });

    it('and first rolls back a transaction that a failed ROLLBACK left open', () => {
      const exec = jest.spyOn(driver, 'exec').mockImplementation(function (this: FaultyDriver, sql) {
        if (sql === 'ROLLBACK') throw new Error('the disk fails');
        FaultyDriver.prototype.exec.call(this, sql);
      });
      const work = (): void =>
        db.transaction(() => {
          add(1);
          throw new Error('no');
        });
      expect(work).toThrow('no');
      expect(() => add(2)).toThrow('the disk fails');
      exec.mockRestore();

      add(3);

      expect(kept()).toEqual([3]);
    });

    it('after one that could not begin', () => {
      const holder = other();
      holder.exec('BEGIN IMMEDIATE');
      expect(problemOf(() => db.transaction(() => add(1)))).toBe('busy');
      // A statement that does not run again below, because running it again would repair it.
      expect(problemOf(() => db.run('DELETE FROM kept WHERE value = 5'))).toBe('busy');
      holder.exec('INSERT INTO kept VALUES (5); COMMIT;');

      db.transaction(() => add(2));
      holder.exec('INSERT INTO kept VALUES (6);');
      db.transaction(() => add(3));

      expect(kept()).toEqual([2, 3, 5, 6]);
    });
  });

  describe('does the last work of a transaction', () => {
    it('at its end, as a part of it, or immediately outside a transaction', () => {
      db.transaction(() => {
        db.transaction(() => db.beforeCommit(() => add(2)));
        add(1);
        expect(kept()).toEqual([1]);
      });
      db.beforeCommit(() => add(3));

      expect(kept()).toEqual([1, 2, 3]);
    });

    it('and stores nothing if it throws, and does none if the transaction failed', () => {
      const fail = (): never => {
        throw new Error('no');
      };
      const last = jest.fn();
      const change = (): void => {
        add(1);
        db.beforeCommit(fail);
      };

      expect(() => db.transaction(change)).toThrow('no');
      expect(() =>
        db.transaction(() => {
          db.beforeCommit(last);
          fail();
        }),
      ).toThrow('no');
      expect([kept(), last.mock.calls]).toEqual([[], []]);
    });
  });

  describe('tells listeners of a commit', () => {
    it('after the commit, in order, or immediately outside a transaction', () => {
      const heard: unknown[] = [];
      const listen = (name: string): void => db.afterCommit(() => heard.push([name, db.inTransaction]));

      db.transaction(() => {
        listen('first');
        db.transaction(() => listen('second'));
        expect(heard).toEqual([]);
      });
      listen('third');

      expect(heard).toEqual([
        ['first', false],
        ['second', false],
        ['third', false],
      ]);
    });

    it('but not after a rollback', () => {
      const listener = jest.fn();
      const work = (): void =>
        db.transaction(() => {
          db.afterCommit(listener);
          throw new Error('no');
        });

      expect(work).toThrow('no');
      db.transaction(() => undefined);
      expect(listener).not.toHaveBeenCalled();
    });

    it('and logs the error of one, which affects neither the other listeners nor the change', () => {
      const last = jest.fn();
      const fail = (): void => {
        throw new Error('a broken listener');
      };

      const result = db.transaction(() => {
        db.afterCommit(fail);
        db.afterCommit(last);
        return add(1);
      });
      db.afterCommit(fail);

      expect(result).toBe(1);
      expect(last).toHaveBeenCalledTimes(1);
      expect(kept()).toEqual([1]);
      expect(logged).toHaveLength(2);
      expect(logged[0]).toContain('a broken listener');
    });

    it('which may change the store', () => {
      db.transaction(() => db.afterCommit(() => db.transaction(() => add(1))));

      expect(kept()).toEqual([1]);
    });
  });

  it('caches a bounded number of statements, those used last', () => {
    const prepare = jest.spyOn(driver, 'prepare');
    for (let n = 1; n <= 1_000; n++) {
      db.get(`SELECT 1 WHERE 1 IN (${Array(n).fill('?').join()})`, ...Array<number>(n).fill(1));
      db.get('SELECT 2');
    }

    expect(db.cachedStatements).toBe(300);
    expect(prepare.mock.calls.filter(([sql]) => sql === 'SELECT 2')).toHaveLength(1);
  });

  it('waits for the lock of another process only once until it is free', () => {
    const waitedFor = (): number => {
      const from = performance.now();
      expect(problemOf(() => add(1))).toBe('busy');
      return performance.now() - from;
    };
    const holder = other();
    holder.exec('BEGIN IMMEDIATE');
    expect(waitedFor()).toBeGreaterThan(15);
    const exec = jest.spyOn(driver, 'exec');

    waitedFor();
    expect(exec.mock.calls.flat()).toEqual(['BEGIN IMMEDIATE']);
    expect(db.get('PRAGMA busy_timeout')).toEqual({ timeout: 0 });

    holder.exec('ROLLBACK');
    add(1);
    expect(db.get('PRAGMA busy_timeout')).toEqual({ timeout: 20 });
  });

  it('refuses a value that would abort the process', () => {
    expect(() => db.run('SELECT ?', true as unknown as string)).toThrow(
      'A value of type boolean cannot be bound',
    );
  });
});

describe('The faulty driver', () => {
  it.each(availableDrivers())('fails every statement of a transaction once, on %s', (_, open) => {
    const driver = new FaultyDriver(open(':memory:'));
    const db = new Database(driver);
    db.script('CREATE TABLE kept (value)');
    const work = (): unknown => db.transaction(() => db.run('INSERT INTO kept VALUES (1)'));
    driver.reset();
    work();
    expect(driver.count).toBe(3);

    for (let n = 1; n <= 3; n++) {
      driver.arm(n, 'io');
      expect(work).toThrow(StoreUnavailableError);
    }
    driver.arm(1, 'io');
    driver.disarm();
    work();

    expect(db.all('SELECT value FROM kept')).toHaveLength(2);
    db.close();
  });
});
