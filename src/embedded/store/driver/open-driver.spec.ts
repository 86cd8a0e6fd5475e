import { choose, NoSqliteError, openDriver } from './open-driver.js';
import { isSupported, withoutExperimentalWarning } from './node-sqlite.driver.js';
import type { DriverName, OpenDriver } from './sqlite-driver.js';

describe('The choice of the driver', () => {
  const opened = (() => undefined) as unknown as OpenDriver;

  const choosing = (...available: DriverName[]): DriverName[] => {
    const asked: DriverName[] = [];
    choose((name) => {
      asked.push(name);
      return available.includes(name) ? opened : undefined;
    });
    return asked;
  };

  it('is node:sqlite where there is one; libsql is not even loaded then', () => {
    expect(choosing('node:sqlite', 'libsql')).toEqual(['node:sqlite']);
  });

  it('is libsql where there is no node:sqlite', () => {
    expect(choosing('libsql')).toEqual(['node:sqlite', 'libsql']);
  });

  it('follows the version of Node', () => {
    const driver = openDriver(':memory:');
    driver.close();

    expect(driver.name).toBe(isSupported(process.versions.node) ? 'node:sqlite' : 'libsql');
  });

  it('is refused where there is neither, and the error says what to do', () => {
    expect(() => choosing()).toThrow(NoSqliteError);
    expect(() => choosing()).toThrow(
      `The embedded Inngest needs SQLite, and Node ${process.versions.node} has none. ` +
        'Install it with `npm install libsql`, or use Node 22.13 or later.',
    );
  });
});

describe('node:sqlite', () => {
  it.each([
    ['20.19.0', false],
    ['22.12.0', false],
    ['22.13.0', true],
    ['23.4.0', true],
    ['24.0.0', true],
  ])('of Node %s is used: %s', (version, expected) => {
    expect(isSupported(version)).toBe(expected);
  });

  it('is loaded without its warning; others are shown', () => {
    const shown: string[] = [];
    const emitWarning = jest
      .spyOn(process, 'emitWarning')
      .mockImplementation((warning) => void shown.push(String(warning)));
    withoutExperimentalWarning(() => {
      process.emitWarning('SQLite is an experimental feature and might change', 'ExperimentalWarning');
      process.emitWarning('localStorage is an experimental feature', 'ExperimentalWarning');
      process.emitWarning('SQLite is deprecated', 'DeprecationWarning');
    });
    process.emitWarning('SQLite is an experimental feature, later', 'ExperimentalWarning');
    emitWarning.mockRestore();

    expect(shown).toEqual([
      'localStorage is an experimental feature',
      'SQLite is deprecated',
      'SQLite is an experimental feature, later',
    ]);
  });
});
