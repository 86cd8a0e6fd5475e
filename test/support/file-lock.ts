import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('hold-lock.mjs', import.meta.url));

/** The write lock of a data file, held by another process. */
export interface FileLock {
  /** Resolves when the lock is free again. Rejects when the process could not hold it. */
  readonly released: Promise<void>;
}

/**
 * Starts a process that holds the file's write lock for `ms` milliseconds of real time. Resolves when the process has the lock.
 */
export async function holdLock(file: string, ms: number): Promise<FileLock> {
  const child = spawn(process.execPath, [PROGRAM, file, String(ms)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const released = once(child, 'close').then(([code]) => {
    if (code !== 0) throw new Error(`The process that holds the lock ended with ${code}: ${errors}`);
  });
  // Prevents an unhandled rejection. Tests that await `released` still get the error.
  released.catch(() => undefined);
  await Promise.race([once(child.stdout, 'data'), released]);
  return { released };
}
