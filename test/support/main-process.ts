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
 * The sources, compiled to JavaScript in a temporary directory. A test compiles them once for all its processes, so it never runs
 * a stale build.
 */
export class CompiledSources {
  private constructor(readonly directory: string) {}

  static async create(): Promise<CompiledSources> {
    // The directory is below node_modules, so that the compiled files find the packages that they import.
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
  /** The whole environment of the process, except PATH. */
  variables?: Record<string, string>;
  /** The working directory. */
  cwd?: string;
  uid?: number;
  gid?: number;
}

/** A process that runs main or another program, whether or not it starts successfully. */
export class MainProcess {
  stdout = '';
  stderr = '';
  /** The exit code, or the signal that ended the process. */
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
   * @param variables the whole environment of the process, except PATH
   * @param program the source file to run, without its extension
   * @param user the user and group ids to run as; only root may set them
   */
  static start(
    { directory }: CompiledSources,
    variables: Record<string, string>,
    program = 'main',
    user: { uid?: number; gid?: number } = {},
  ): MainProcess {
    return MainProcess.run(join(directory, `src/${program}.js`), { variables, ...user });
  }

  /** Runs a JavaScript file, optionally with arguments and a working directory. */
  static run(file: string, { args = [], variables = {}, ...options }: RunOptions = {}): MainProcess {
    const env = { PATH: process.env['PATH'], ...variables };
    return new MainProcess(spawn(process.execPath, [resolve(file), ...args], { env, ...options }));
  }

  /** Writes a line to the process's standard input. */
  write(line: string): void {
    this.child.stdin?.write(`${line}\n`);
  }

  send(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /**
   * Resolves with the match when the output of the process (stdout or stderr) matches. @throws Error when the process ends before
   */
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
