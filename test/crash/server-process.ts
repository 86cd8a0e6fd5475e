import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';

/** Says what to do once the worker is registered: the last that main prints as it starts. */
const READY = /Registered functions/;
/** How much of what it prints is kept to tell what went wrong, in characters. */
const OUTPUT_KEPT = 4_000;

/** The built program, worker and embedded server, as a process that is killed sooner or later. */
export class ServerProcess {
  private output = '';
  private readonly ended: Promise<void>;
  /** Resolves when the worker's functions are registered. Rejects when the process ends before. */
  readonly ready: Promise<void>;
  readonly startedAt = Date.now();
  private isKilled = false;

  private constructor(private readonly child: ChildProcess) {
    let onReady: () => void;
    this.ended = new Promise((resolve) => child.once('close', () => resolve()));
    const printed = new Promise<void>((resolve) => (onReady = resolve));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.output = (this.output + chunk.toString()).slice(-OUTPUT_KEPT);
        if (READY.test(this.output)) onReady();
      });
    }
    this.ready = Promise.race([printed, this.failure()]);
    // It may be killed before anybody waits for it to be ready.
    this.ready.catch(() => undefined);
  }

  /** @param folder where it runs, so that no `.env` of the project plays a part */
  static start(program: string, folder: string, variables: Record<string, string>): ServerProcess {
    const env = { PATH: process.env['PATH'], ...variables };
    return new ServerProcess(
      spawn(process.execPath, ['--enable-source-maps', program], { cwd: folder, env }),
    );
  }

  /** Rejects when the process ends without having been killed: that is a find, too. */
  async failure(): Promise<never> {
    await this.ended;
    const how = this.isKilled ? 'was killed before it was ready' : 'ended by itself';
    throw new Error(`The server ${how}. It printed:\n${this.output}`);
  }

  /** Suspends it or lets it go on. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.child.kill(name);
  }

  /** Kills it with SIGKILL and resolves when it is gone. */
  async kill(): Promise<void> {
    this.isKilled = true;
    this.child.kill('SIGKILL');
    await this.ended;
  }
}

/** Ports below those that the operating system gives to outgoing connections, which would take a dead server's port. */
const PORTS = { from: 20_000, to: 32_000 };

/** A free port that a killed server can have back. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.from + Math.floor(Math.random() * (PORTS.to - PORTS.from));
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const listens = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
  if (listens) await new Promise((resolve) => server.close(resolve));
  return listens;
}
