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

/** In the order of preference. A function loads its library, and returns undefined where there is none. */
const LOADERS: Record<DriverName, () => OpenDriver | undefined> = {
  'node:sqlite': loadNodeSqlite,
  libsql: loadLibsql,
};

const NAMES = Object.keys(LOADERS) as DriverName[];
const loaded = new Map<DriverName, OpenDriver | undefined>();

/**
 * Opens the file with node:sqlite where Node has it without a flag (22.13 and later), otherwise with libsql. Loads only
 * the library that it uses, on the first call.
 *
 * @throws NoSqliteError if neither is there; an error of the driver if the file cannot be opened
 */
export const openDriver: OpenDriver = (file) => choose(driverNamed)(file);

/**
 * The first driver that is there. It does not try to load the ones after it.
 *
 * @throws NoSqliteError if there is none
 */
export function choose(load: (name: DriverName) => OpenDriver | undefined): OpenDriver {
  for (const name of NAMES) {
    const open = load(name);
    if (open) return open;
  }
  throw new NoSqliteError();
}

/** One driver, for tests that compare them; undefined where it is not available. */
export function driverNamed(name: DriverName): OpenDriver | undefined {
  if (!loaded.has(name)) loaded.set(name, LOADERS[name]());
  return loaded.get(name);
}

/** Every driver that works here, by name. Tests run once for each. */
export function availableDrivers(): [DriverName, OpenDriver][] {
  return NAMES.flatMap((name) => {
    const open = driverNamed(name);
    return open ? [[name, open] as [DriverName, OpenDriver]] : [];
  });
}
