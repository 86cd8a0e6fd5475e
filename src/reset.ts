import { messageOf, stackOf } from './common/error-text.js';
import { printable, printableLines } from './common/printable.js';
import { SettingsError, loadSettings } from './config/index.js';
import { DataFileInUseError, ForeignDataFileError, NoSqliteError, removeDataFile } from './embedded/index.js';

/** Removes the data of the embedded Inngest server: `npm run inngest:reset`. */
async function reset(): Promise<string> {
  const { inngest } = await loadSettings();
  if (inngest.kind !== 'embedded')
    return 'No Inngest server is embedded with these settings: nothing to remove.';
  if (inngest.dataFile === ':memory:')
    return 'The embedded Inngest keeps its data in memory: nothing to remove.';
  const was = removeDataFile(inngest.dataFile);
  return was
    ? `Removed ${inngest.dataFile}, with all its events and runs.`
    : `There is no ${inngest.dataFile}.`;
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
