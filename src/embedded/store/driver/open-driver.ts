import { loadLibsql } from './libsql.driver.js';
import { loadNodeSqlite } from './node-sqlite.driver.js';
import type { DriverName, OpenDriver } from './sqlite-driver.js';

/** This Node has no node:sqlite, and libsql is not installed. The message says what to do. */
export class NoSqliteError extends Error {
  override name = 'NoSqliteError';

  constructor() {
    super(
      `The embedded Inngest needs SQLite, and Node ${process.versions.node} has none. ` +
        'Install it with `npm install libsql`, or use Node 22.13 or later.',
    );
  }
}

/** The drivers in the order of preference. Each function loads a library, and returns undefined if it is not available. */
const LOADERS: Record<DriverName, () => OpenDriver | undefined> = {
  'node:sqlite': loadNodeSqlite,
  libsql: loadLibsql,
};

const NAMES = Object.keys(LOADERS) as DriverName[];
const loaded = new Map<DriverName, OpenDriver | undefined>();

/**
 * Opens the file with node:sqlite if Node has it without a flag (22.13 and later), otherwise with libsql. The first call
 * loads the library, and only the one that it uses.
 *
 * @throws NoSqliteError if neither is available; an error of the driver if the file cannot be opened
 */
export const openDriver: OpenDriver = (file) => choose(driverNamed)(file);

/**
 * The first available driver. Does not try to load the ones after it.
 *
 * @throws NoSqliteError if none is available
 */
export function choose(load: (name: DriverName) => OpenDriver | undefined): OpenDriver {
  for (const name of NAMES) {
    const open = load(name);
    if (open) return open;
  }
  throw new NoSqliteError();
}

/** The driver with this name; undefined if it is not available. For tests that compare drivers. */
export function driverNamed(name: DriverName): OpenDriver | undefined {
  if (!loaded.has(name)) loaded.set(name, LOADERS[name]());
  return loaded.get(name);
}

/** All available drivers, with their names. Tests run once for each. */
export function availableDrivers(): [DriverName, OpenDriver][] {
  return NAMES.flatMap((name) => {
    const open = driverNamed(name);
    return open ? [[name, open] as [DriverName, OpenDriver]] : [];
  });
}
