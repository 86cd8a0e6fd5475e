import { access, open, rm, writeFile } from 'node:fs/promises';
import { UsageError } from './usage.error.js';

/** Finds out before minutes of work whether a report can be written, and leaves everything as it is. @throws UsageError */
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

/** @throws UsageError when it cannot be written after all */
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
