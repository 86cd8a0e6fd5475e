import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as wallSleep } from 'node:timers/promises';
import { EnvironmentError } from './environment.js';

export interface WorkerProcessOptions {
  /** The worker's compiled entry point. */
  readonly main: string;
  /** Its working directory, which must not contain a `.env`. */
  readonly directory: string;
  /** Its environment variables, except PORT. */
  readonly environment: Readonly<Record<string, string>>;
  /** Absent: any free port. */
  readonly port?: number;
}

/** How long a worker may take to become ready, in milliseconds of wall time. */
const READY_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 50;
/** How many characters of its output are kept for an error message. */
const OUTPUT_KEPT = 4_000;

/** The worker as a separate process, which can be killed and started again on the same port. */
export class WorkerProcess {
  private child: ChildProcess | undefined;
  private output = '';

  private constructor(
    private readonly options: WorkerProcessOptions,
    private readonly port: number,
  ) {}

  /** @throws EnvironmentError if the worker does not start, or is not registered with its Inngest within 15 s */
  static async start(options: WorkerProcessOptions, signal: AbortSignal): Promise<WorkerProcess> {
    const worker = new WorkerProcess(options, options.port ?? (await freePort()));
    try {
      await worker.start(signal);
    } catch (error) {
      await worker.kill();
      throw error;
    }
    return worker;
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  /** Starts the worker and waits until it is registered. */
  async start(signal?: AbortSignal): Promise<void> {
    const { main, directory, environment } = this.options;
    this.output = '';
    const child = spawn(process.execPath, ['--enable-source-maps', main], {
      cwd: directory,
      env: { PATH: process.env['PATH'], ...environment, PORT: String(this.port) },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A separate process group, so that Ctrl-C signals only this process, which then stops the worker.
      detached: true,
    });
    this.child = child;
    // The worker must not keep running if this process exits without stopping it.
    const killWithUs = (): void => void child.kill('SIGKILL');
    process.once('exit', killWithUs);
    child.once('exit', () => process.off('exit', killWithUs));
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        this.output = (this.output + chunk.toString()).slice(-OUTPUT_KEPT);
      });
    }
    await this.ready(child, signal);
  }

  /** Kills the worker with SIGKILL, even if it executes steps. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Stops the worker after it has finished its calls. */
  async stop(): Promise<void> {
    await this.end('SIGTERM');
  }

  private async end(how: NodeJS.Signals): Promise<void> {
    const { child } = this;
    if (!child || hasEnded(child)) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(how);
    await ended;
  }

  private async ready(child: ChildProcess, signal?: AbortSignal): Promise<void> {
    const deadline = AbortSignal.timeout(READY_WITHIN_MS);
    let problem = 'it did not answer';
    while (!deadline.aborted) {
      signal?.throwIfAborted();
      if (hasEnded(child))
        throw new EnvironmentError(`The worker ended as soon as it was started:\n${this.output}`);
      try {
        const answer = await fetch(`${this.url}/health/ready`, { signal: deadline });
        if (answer.ok) return;
        problem = await answer.text();
      } catch {
        // The worker does not listen yet.
      }
      await wallSleep(LOOK_EVERY_MS);
    }
    throw new EnvironmentError(
      `The worker started for this is not registered after ${READY_WITHIN_MS / 1_000} s: ${problem}\n${this.output}`,
    );
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** Finds a free port. It is chosen in advance, so that a restarted worker can use the same one. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
