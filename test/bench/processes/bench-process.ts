import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { join, resolve } from 'node:path';

const PROBE = pathToFileURL(join(import.meta.dirname, 'probe.mjs')).href;
/** The length of a process's last output that is kept for error messages, in characters. */
const OUTPUT_KEPT = 4_000;
/** A process that has not printed its address after this time counts as failed, in milliseconds. */
const START_TIMEOUT_MS = 300_000;

export interface StartOptions {
  args?: readonly string[];
  /** Options for Node itself. */
  node?: readonly string[];
  cwd?: string;
  env?: Record<string, string>;
  /** Matches the output of a ready process. The first group is the address. */
  ready: RegExp;
}

/** What a process has used since its start: processor time in milliseconds, and its current resident memory in bytes. */
export interface Usage {
  cpuMs: number;
  rss: number;
}

/** A process that takes part in a measurement. It always ends together with the bench. */
export class BenchProcess {
  /** The time from the start of the process to the line that says that it is ready, in milliseconds. */
  bootMs = Number.NaN;
  url = '';
  private output = '';
  private asked = 0;
  private readonly answers = new Map<number, (value: unknown) => void>();

  private constructor(private readonly child: ChildProcess) {}

  /** Starts a TypeScript script. The path is absolute or relative to this folder. The script prints `ready <address>`. */
  static script(name: string, args: readonly string[]): Promise<BenchProcess> {
    const file = resolve(import.meta.dirname, name);
    return BenchProcess.start(['--import', '@swc-node/register/esm-register', '--import', PROBE, file], {
      args,
      ready: /^ready (\S+)/,
    });
  }

  /** Starts a built program that reports its usage. */
  static program(file: string, options: StartOptions): Promise<BenchProcess> {
    return BenchProcess.start([...(options.node ?? []), '--import', PROBE, file], options);
  }

  private static async start(
    node: readonly string[],
    { args = [], cwd, env, ready }: StartOptions,
  ): Promise<BenchProcess> {
    const begun = performance.now();
    const child = spawn(process.execPath, [...node, ...args], {
      cwd: cwd ?? process.cwd(),
      env: { PATH: process.env['PATH'], NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const started = new BenchProcess(child);
    started.readMessages();
    await started.untilPrinted(ready);
    started.bootMs = performance.now() - begun;
    return started;
  }

  get pid(): number {
    return this.child.pid as number;
  }

  /** Calls `listener` with each message of the process, including the answers to {@link usage} and {@link heap}. */
  onMessage(listener: (message: never) => void): void {
    this.child.on('message', listener as (message: unknown) => void);
  }

  /** Processor time and resident memory. */
  usage(): Promise<Usage> {
    return this.ask('usage') as Promise<Usage>;
  }

  /** Memory in use after a garbage collection, in bytes. */
  heap(): Promise<number> {
    return this.ask('heap') as Promise<number>;
  }

  /** Sends the signal. Resolves when the process has ended. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    await ended;
  }

  private ask(ask: string): Promise<unknown> {
    const id = ++this.asked;
    return new Promise((resolve, reject) => {
      this.answers.set(id, resolve);
      this.child.send({ ask, id }, (error) => error && reject(error));
    });
  }

  private readMessages(): void {
    this.child.on('message', ({ id, value }: { id?: number; value?: unknown }) => {
      if (id === undefined) return;
      this.answers.get(id)?.(value);
      this.answers.delete(id);
    });
  }

  private untilPrinted(ready: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => reject(new Error(`A process ${why}. It printed:\n${this.output}`));
      const timer = setTimeout(() => fail('did not become ready'), START_TIMEOUT_MS);
      this.child.once('exit', () => fail('ended before it was ready'));
      for (const stream of [this.child.stdout, this.child.stderr]) {
        if (stream === null) continue;
        createInterface({ input: stream }).on('line', (line) => {
          this.output = `${this.output}${line}\n`.slice(-OUTPUT_KEPT);
          const match = ready.exec(line);
          if (!match) return;
          clearTimeout(timer);
          this.url = match[1] ?? '';
          resolve();
        });
      }
    });
  }
}
