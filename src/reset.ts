import { SystemClock } from './clock/index.js';
import { messageOf, stackOf } from './common/error-text.js';
import { printable, printableLines } from './common/printable.js';
import { SettingsError, loadSettings } from './config/index.js';
import {
  DataFileInUseError,
  ForeignDataFileError,
  LaterDataFileError,
  NoSqliteError,
  putDataFileAside,
  removeDataFile,
} from './embedded/index.js';

/**
 * Removes the data of the embedded Inngest server: `npm run inngest:reset`. A file that a later version wrote is
 * renamed, so
 * that the later version can still use it.
 */
async function reset(): Promise<string> {
  const { inngest } = await loadSettings();
  if (inngest.kind !== 'embedded')
    return 'With these settings the worker embeds no Inngest server, so there is nothing to remove.';
  if (inngest.dataFile === ':memory:')
    return 'The embedded Inngest keeps its data in memory, so there is nothing to remove.';
  const { dataFile } = inngest;
  try {
    return removeDataFile(dataFile)
      ? `Removed ${dataFile}, with all its events and runs.`
      : `Nothing to remove: ${dataFile} does not exist.`;
  } catch (error) {
    if (!(error instanceof LaterDataFileError)) throw error;
    const aside = putDataFileAside(dataFile, new SystemClock().now());
    return (
      `${dataFile} was written by a later version (its format is version ${error.version}, this program reads up to ` +
      `${error.known}). It was renamed to ${aside} and still has all its events and runs.`
    );
  }
}

reset().then(
  (line) => process.stdout.write(`${printable(line)}\n`),
  (error: unknown) => {
    const isExpected = [SettingsError, DataFileInUseError, ForeignDataFileError, NoSqliteError].some(
      (expected) => error instanceof expected,
    );
    const text = isExpected ? printableLines(messageOf(error)) : stackOf(error);
    process.stderr.write(`${text}\n${error instanceof DataFileInUseError ? 'Stop it first.\n' : ''}`);
    process.exitCode = 1;
  },
);
