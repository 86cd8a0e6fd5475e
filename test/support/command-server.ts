import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseCommand } from '../../src/command/command-options.js';
import { serve, type ServeSetup, type Serving } from '../../src/command/serve.js';
import type { Run, Span } from '../../src/testing/nest.js';

/** The server that the command starts, run in this process, and its API. */
export class CommandServer {
  private constructor(private readonly serving: Serving) {}

  /** @param args the arguments of the command; a free port and no discovery are added */
  static async start(args: readonly string[], setup: Partial<ServeSetup> = {}): Promise<CommandServer> {
    const options = parseCommand(['--port', '0', '--no-discovery', ...args]);
    if (options.kind !== 'serve') throw new Error(`These arguments ask for ${options.kind}.`);
    return new CommandServer(await serve(options, { logger: false, ...setup }));
  }

  get url(): string {
    return this.serving.url;
  }

  get server(): Serving['server'] {
    return this.serving.server;
  }

  async get<T>(path: string): Promise<{ status: number; body: T }> {
    const answer = await fetch(this.url + path);
    return { status: answer.status, body: (await answer.json()) as T };
  }

  async post<T>(
    path: string,
    body: unknown = {},
    signal?: AbortSignal,
  ): Promise<{ status: number; body: T }> {
    const answer = await fetch(this.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      ...(signal && { signal }),
    });
    return { status: answer.status, body: (await answer.json()) as T };
  }

  /** Advances the clock. */
  advance<T = MoveAnswer>(by: unknown): Promise<{ status: number; body: T }> {
    return this.post<T>('/api/v2/clock/advance', { by });
  }

  async clock(): Promise<ClockState> {
    return (await this.get<{ data: ClockState }>('/api/v2/clock')).body.data;
  }

  async runs(): Promise<Run[]> {
    return (await this.get<{ data: Run[] }>('/api/v2/runs?includeOutput=true')).body.data;
  }

  async steps({ id }: Run): Promise<Span[]> {
    const { body } = await this.get<{ data: { rootSpan: Span } }>(`/api/v2/runs/${id}/trace`);
    return body.data.rootSpan.children ?? [];
  }

  /** Calls `look` until it returns a value other than undefined, and returns that value. */
  async until<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      await nextTurn();
    }
  }

  /** Waits until a run has this status, and returns the run. */
  hasRun(status: string): Promise<Run> {
    return this.until(async () => (await this.runs()).find((run) => run.status === status));
  }

  close(): Promise<void> {
    return this.serving.server.close();
  }
}

export interface ClockState {
  now: string;
  aheadMs: number;
  heldBy: string[];
  nextDue: string | null;
}

export interface MoveAnswer {
  data: ClockState & { movedByMs: number };
  errors?: { code: string; message: string }[];
}
