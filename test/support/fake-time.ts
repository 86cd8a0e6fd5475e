import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Sets the wall clock of a process that runs under libfaketime. The process keeps the machine's monotonic clock. */
export class FakeTime {
  private readonly folder = mkdtempSync(join(tmpdir(), 'fake-time-'));
  private readonly file = join(this.folder, 'offset');
  private offset: number;

  /** @param time the current time of the process's wall clock, in milliseconds since 1970 */
  constructor(time: number) {
    this.offset = time - Date.now();
    this.write();
  }

  /** The environment variables that the process needs. @throws Error when faketime is not installed */
  get variables(): Record<string, string> {
    return {
      LD_PRELOAD: library(),
      FAKETIME_TIMESTAMP_FILE: this.file,
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      FAKETIME_NO_CACHE: '1',
    };
  }

  /** The current time of the process's wall clock, in milliseconds since 1970. */
  get now(): number {
    return Date.now() + this.offset;
  }

  /** Sets the wall clock forward by `ms` milliseconds, or back if `ms` is negative. */
  jump(ms: number): void {
    this.offset += ms;
    this.write();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  private write(): void {
    const sign = this.offset < 0 ? '-' : '+';
    // Replaces the file atomically, because the process may read it at any time.
    writeFileSync(`${this.file}~`, `${sign}${(Math.abs(this.offset) / 1_000).toFixed(3)}\n`);
    renameSync(`${this.file}~`, this.file);
  }
}

/** The path of libfaketime. Debian installs it in a folder named after the architecture. */
function library(): string {
  const found = readdirSync('/usr/lib')
    .map((folder) => join('/usr/lib', folder, 'faketime/libfaketimeMT.so.1'))
    .find((file) => existsSync(file));
  if (!found) throw new Error('libfaketime is not installed. On Debian: apt-get install faketime');
  return found;
}
