import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';

/** Main prints this last during its start, when the worker is registered. */
const READY = /Registered functions/;
/** The length of the process's last output that is kept for error messages, in characters. */
const OUTPUT_KEPT = 4_000;

/** The built program (worker and embedded server) as a process that a campaign kills. */
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
    // Prevents an unhandled rejection: the process may be killed before anything awaits `ready`.
    this.ready.catch(() => undefined);
  }

  /** @param folder the working directory, so that the project's `.env` is not read */
  static start(program: string, folder: string, variables: Record<string, string>): ServerProcess {
    const env = { PATH: process.env['PATH'], ...variables };
    return new ServerProcess(
      spawn(process.execPath, ['--enable-source-maps', program], { cwd: folder, env }),
    );
  }

  /** Rejects when the process ends. If the campaign did not kill it, that is a finding too. */
  async failure(): Promise<never> {
    await this.ended;
    const how = this.isKilled ? 'was killed before it was ready' : 'ended by itself';
    throw new Error(`The server ${how}. It printed:\n${this.output}`);
  }

  /** Suspends or resumes the process. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.child.kill(name);
  }

  /** Kills the process with SIGKILL. Resolves when it has ended. */
  async kill(): Promise<void> {
    this.isKilled = true;
    this.child.kill('SIGKILL');
    await this.ended;
  }
}

/**
 * Ports below those that the operating system assigns to outgoing connections. Such a connection could take the port of a killed
 * server.
 */
const PORTS = { from: 20_000, to: 32_000 };

/** A free port that a server can use again after a kill. */
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
