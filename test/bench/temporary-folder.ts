import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for the state of a server. TMPDIR decides on which disk it is. */
export class TemporaryFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'bench-'));

  /** The total size of the files whose name has this ending, in bytes. By default all files count. */
  bytes(ending = ''): number {
    return readdirSync(this.path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
      .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
