import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The wall clock of a process that runs under libfaketime; its monotonic clock stays the machine's. */
export class FakeTime {
  private readonly folder = mkdtempSync(join(tmpdir(), 'fake-time-'));
  private readonly file = join(this.folder, 'offset');
  private offset: number;

  /** @param time what the wall clock shows now, in milliseconds since 1970 */
  constructor(time: number) {
    this.offset = time - Date.now();
    this.write();
  }

  /** What the process needs in its environment. @throws Error when faketime is not installed */
  get variables(): Record<string, string> {
    return {
      LD_PRELOAD: library(),
      FAKETIME_TIMESTAMP_FILE: this.file,
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      FAKETIME_NO_CACHE: '1',
    };
  }

  /** What the wall clock of the process shows. */
  get now(): number {
    return Date.now() + this.offset;
  }

  /** Sets the wall clock forward by `ms` milliseconds, or back when they are below 0. */
  jump(ms: number): void {
    this.offset += ms;
    this.write();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  private write(): void {
    const sign = this.offset < 0 ? '-' : '+';
    // The process may read at any moment.
    writeFileSync(`${this.file}~`, `${sign}${(Math.abs(this.offset) / 1_000).toFixed(3)}\n`);
    renameSync(`${this.file}~`, this.file);
  }
}

/** Debian has it in a folder that is named after the machine's architecture. */
function library(): string {
  const found = readdirSync('/usr/lib')
    .map((folder) => join('/usr/lib', folder, 'faketime/libfaketimeMT.so.1'))
    .find((file) => existsSync(file));
  if (!found) throw new Error('libfaketime is not installed. On Debian: apt-get install faketime');
  return found;
}
