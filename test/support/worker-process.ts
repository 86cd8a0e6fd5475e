import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** How long the process may take to say that it is ready. Wall time: it is another process. */
const READY_WITHIN_MS = 30_000;

/** The worker, with its embedded server, as a process of its own on free ports, straight from its source. */
export class WorkerProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly output: { text: string },
    /** Where the worker answers. */
    readonly url: string,
    /** Where its embedded Inngest answers. */
    readonly inngestUrl: string,
  ) {}

  /** Starts it and waits until its functions are registered. */
  static async start(environment: Record<string, string>): Promise<WorkerProcess> {
    const child = spawn(process.execPath, ['--import', './scripts/typescript.mjs', 'src/main.ts'], {
      env: {
        PATH: process.env['PATH'],
        PORT: '0',
        INNGEST_EMBEDDED_PORT: '0',
        NO_COLOR: '1',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = { text: '' };
    const ready = new Promise<void>((resolve, reject) => {
      const timeout = setTimeout(() => reject(new Error(`Not ready:\n${output.text}`)), READY_WITHIN_MS);
      const read = (chunk: Buffer): void => {
        output.text += chunk.toString();
        if (output.text.includes('Registered functions')) {
          clearTimeout(timeout);
          resolve();
        }
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('exit', (code) => reject(new Error(`Ended with ${code}:\n${output.text}`)));
    });
    await ready;
    const url = (name: string): string =>
      new RegExp(`^\\s*${name}\\s+(http\\S+)`, 'm').exec(output.text)?.[1] ?? '';
    return new WorkerProcess(child, output, url('Worker'), url('Inngest'));
  }

  /** Everything it has printed so far. */
  get printed(): string {
    return this.output.text;
  }

  /** Sends a signal and waits for the end; returns the exit code, or the signal that ended it. */
  async end(signal: NodeJS.Signals): Promise<number | string> {
    const ended = once(this.child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    this.child.kill(signal);
    const [code, by] = await ended;
    return code ?? by ?? 'unknown';
  }
}
