import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const LOOK_EVERY_MS = 50;
/** The longest wait, in milliseconds: a compilation on a busy machine takes long. */
const PATIENCE_MS = 180_000;

/** A copy of the project under `npm run dev`. Tests can edit its sources. */
export class WatchedProject {
  /** Everything that the project has printed. */
  output = '';
  private readonly ended: Promise<void>;
  private hasEnded = false;

  private constructor(
    readonly folder: string,
    private readonly child: ChildProcess,
  ) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.ended = new Promise((resolve) =>
      child.once('close', () => {
        this.hasEnded = true;
        resolve();
      }),
    );
  }

  /** @param variables the whole environment of the process, except PATH and HOME */
  static start(variables: Record<string, string>): WatchedProject {
    // The real path, because {@link programs} finds processes by their path.
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'watched-')));
    const wanted = /^(src|scripts|package\.json|tsconfig.*\.json|nest-cli\.json)$/;
    for (const name of readdirSync('.').filter((entry) => wanted.test(entry)))
      cpSync(name, join(folder, name), { recursive: true });
    symlinkSync(realpathSync('node_modules'), join(folder, 'node_modules'));
    const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], ...variables };
    // A separate process group, so that {@link interrupt} reaches all processes as a terminal does.
    return new WatchedProject(folder, spawn('npm', ['run', 'dev'], { cwd: folder, env, detached: true }));
  }

  /**
   * Waits until `done` returns a value other than undefined, and returns that value.
   *
   * @throws Error with the project's output when that takes too long, or when the project ends before
   */
  async until<T>(what: string, done: () => T | undefined | Promise<T | undefined>): Promise<T> {
    for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(LOOK_EVERY_MS)) {
      const result = await done();
      if (result !== undefined) return result;
      if (this.hasEnded || Date.now() > deadline)
        throw new Error(`${what}: that did not happen. It printed:\n${this.output}`);
    }
  }

  /** The number of processes that run the compiled program. */
  async programs(): Promise<number> {
    const found = promisify(execFile)('pgrep', ['-f', `${this.folder}/dist/main`]);
    // pgrep exits with 1 when it finds no process.
    const { stdout } = await found.catch(() => ({ stdout: '' }));
    return stdout.split('\n').filter((line) => line !== '').length;
  }

  /** Interrupts the project like Ctrl-C. Resolves when it has ended. */
  async interrupt(): Promise<void> {
    this.signal('SIGINT');
    await this.ended;
  }

  /** Kills the remaining processes and removes the copy. */
  async remove(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended;
    rmSync(this.folder, { recursive: true, force: true });
  }

  private signal(name: NodeJS.Signals): void {
    try {
      process.kill(-this.child.pid!, name);
    } catch (error) {
      // ESRCH means that no process is left in the group.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
