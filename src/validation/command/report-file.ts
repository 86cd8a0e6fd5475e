import { access, open, rm, writeFile } from 'node:fs/promises';
import { UsageError } from './usage.error.js';

/** Checks before minutes of work that the report can be written, and changes nothing. @throws UsageError */
export async function assertWritable(file: string): Promise<void> {
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  try {
    await (await open(file, 'a')).close();
  } catch (error) {
    throw cannotBeWritten(file, error);
  }
  if (!isThere) await rm(file);
}

/** @throws UsageError if the file cannot be written although {@link assertWritable} succeeded */
export async function writeReport(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw cannotBeWritten(file, error);
  }
}

function cannotBeWritten(file: string, cause: unknown): UsageError {
  return new UsageError(`--html ${file} cannot be written: ${(cause as Error).message}`, { cause });
}
