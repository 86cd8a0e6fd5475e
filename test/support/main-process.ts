import { spawn, type ChildProcess } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { transformFile, type Options } from '@swc/core';

const COMPILER_OPTIONS: Options = {
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
  },
};

/**
 * The sources as JavaScript in a directory of their own: compiled once for all the processes that a test starts, and
 * never a stale build.
 */
export class CompiledSources {
  private constructor(readonly directory: string) {}

  static async create(): Promise<CompiledSources> {
    // Below node_modules, where the compiled files find the packages they import.
    const cache = 'node_modules/.cache';
    await mkdir(cache, { recursive: true });
    const directory = await mkdtemp(join(cache, 'main-'));
    const entries = await readdir('src', { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
    await Promise.all(
      files.map(async (fileName) => {
        const target = join(directory, fileName);
        await mkdir(dirname(target), { recursive: true });
        if (!/(?<!\.d|\.spec)\.ts$/.test(fileName)) return cp(fileName, target);
        const { code } = await transformFile(fileName, COMPILER_OPTIONS);
        return writeFile(target.replace(/\.ts$/, '.js'), code);
      }),
    );
    return new CompiledSources(directory);
  }

  remove(): Promise<void> {
    return rm(this.directory, { recursive: true, force: true });
  }
}

interface RunOptions {
  args?: readonly string[];
  /** Its whole environment, apart from PATH. */
  variables?: Record<string, string>;
  /** The directory that it runs in. */
  cwd?: string;
  uid?: number;
  gid?: number;
}

/** A process that runs main, or another program, whether it comes up or not. */
export class MainProcess {
  stdout = '';
  stderr = '';
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  private readonly listeners = new Set<() => void>();
  private hasEnded = false;

  private constructor(private readonly child: ChildProcess) {
    child.stdout?.on('data', (chunk: Buffer) => this.read('stdout', chunk));
    child.stderr?.on('data', (chunk: Buffer) => this.read('stderr', chunk));
    this.ended = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        this.hasEnded = true;
        this.tell();
        resolve(code ?? signal);
      });
    });
  }

  /**
   * @param variables its whole environment, apart from PATH
   * @param program which of the sources to run
   * @param user the ids of another user to run as; only root may name one
   */
  static start(
    { directory }: CompiledSources,
    variables: Record<string, string>,
    program = 'main',
    user: { uid?: number; gid?: number } = {},
  ): MainProcess {
    return MainProcess.run(join(directory, `src/${program}.js`), { variables, ...user });
  }

  /** Runs a file of JavaScript, with arguments and in a directory of its own if need be. */
  static run(file: string, { args = [], variables = {}, ...options }: RunOptions = {}): MainProcess {
    const env = { PATH: process.env['PATH'], ...variables };
    return new MainProcess(spawn(process.execPath, [resolve(file), ...args], { env, ...options }));
  }

  /** Writes a line to its standard input. */
  write(line: string): void {
    this.child.stdin?.write(`${line}\n`);
  }

  send(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Resolves with the match once the process has printed it, to stdout or stderr. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
      if (match) return match;
      if (this.hasEnded)
        throw new Error(`It ended without printing ${pattern}:\n${this.stdout}${this.stderr}`);
      await new Promise<void>((resolve) => this.listeners.add(resolve));
    }
  }

  private read(stream: 'stdout' | 'stderr', chunk: Buffer): void {
    this[stream] += chunk.toString();
    this.tell();
  }

  private tell(): void {
    const listeners = [...this.listeners];
    this.listeners.clear();
    for (const listener of listeners) listener();
  }
}
