import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const LOOK_EVERY_MS = 50;
/** How long what is awaited may take, in milliseconds: a compilation on a busy machine. */
const PATIENCE_MS = 180_000;

/** A copy of the project, run by `npm run dev`, in which sources can be edited. */
export class WatchedProject {
  /** All that it has printed. */
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

  /** @param variables its whole environment, apart from PATH and HOME */
  static start(variables: Record<string, string>): WatchedProject {
    // Its real path, because processes are told apart by it.
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'watched-')));
    const wanted = /^(src|scripts|package\.json|tsconfig.*\.json|nest-cli\.json)$/;
    for (const name of readdirSync('.').filter((entry) => wanted.test(entry)))
      cpSync(name, join(folder, name), { recursive: true });
    symlinkSync(realpathSync('node_modules'), join(folder, 'node_modules'));
    const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], ...variables };
    // A process group of its own, to be interrupted as a terminal does it.
    return new WatchedProject(folder, spawn('npm', ['run', 'dev'], { cwd: folder, env, detached: true }));
  }

  /**
   * Waits until `done` returns something, and returns that.
   *
   * @throws Error when that takes too long, or the project ends before, with what it printed
   */
  async until<T>(what: string, done: () => T | undefined | Promise<T | undefined>): Promise<T> {
    for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(LOOK_EVERY_MS)) {
      const result = await done();
      if (result !== undefined) return result;
      if (this.hasEnded || Date.now() > deadline)
        throw new Error(`${what}: that did not happen. It printed:\n${this.output}`);
    }
  }

  /** How many processes run the compiled program. */
  async programs(): Promise<number> {
    const found = promisify(execFile)('pgrep', ['-f', `${this.folder}/dist/main`]);
    // It exits with 1 when there is none.
    const { stdout } = await found.catch(() => ({ stdout: '' }));
    return stdout.split('\n').filter((line) => line !== '').length;
  }

  /** Interrupts it as Ctrl-C does, and resolves when it is gone. */
  async interrupt(): Promise<void> {
    this.signal('SIGINT');
    await this.ended;
  }

  /** Ends whatever is left, and removes the copy. */
  async remove(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended;
    rmSync(this.folder, { recursive: true, force: true });
  }

  private signal(name: NodeJS.Signals): void {
    try {
      process.kill(-this.child.pid!, name);
    } catch (error) {
      // There is nobody left in the group.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
