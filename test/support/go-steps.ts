import { createHash } from 'node:crypto';

/** The body of a call to a Go app. */
export interface GoCall {
  event: { name: string; data: Record<string, unknown>; user?: Record<string, unknown> };
  steps: Record<string, unknown>;
  ctx: {
    attempt: number;
    max_attempts: number;
    disable_immediate_execution: boolean;
    run_id: string;
    fn_id: string;
    qi_id: string;
  };
  /** The id of the only step to execute in this call; undefined when the call may execute any. */
  target: string | undefined;
}

/** An op as the Go SDK answers or reports it. Absent fields are null. */
export interface GoOp {
  op: string;
  id: string;
  name: string;
  opts: unknown;
  data: unknown;
  error: unknown;
  displayName: null;
  timing: { a: number; b: number };
  userland: { id: string };
}

/** Ends a call of a function, like the panic with which the Go SDK returns control to itself. */
export class Hijack extends Error {
  override name = 'Hijack';
}

/** The error that the function gets from a step without retries left. */
export class GoStepError extends Error {
  override name = 'StepError';
}

/** The step tools of one call. Each step needs a different id. */
export class GoSteps {
  /** The ops that have not been reported yet. They become the answer. */
  readonly unreported: GoOp[] = [];
  noRetry = false;
  private isParallel = false;

  constructor(
    private readonly call: GoCall,
    private readonly report?: (ops: readonly GoOp[]) => Promise<boolean>,
  ) {}

  async run<T>(id: string, body: () => T | Promise<T>): Promise<T> {
    const memo = this.memoOf(id);
    if (memo) {
      const { data, error } = memo.value as { data?: T; error?: { message: string } };
      if (error) throw new GoStepError(error.message);
      return data as T;
    }
    const { target, ctx } = this.call;
    if (target !== undefined && target !== hashOf(id)) throw new Hijack();
    if (target === undefined && (this.isParallel || ctx.disable_immediate_execution)) {
      return this.ask('StepPlanned', id, null);
    }
    try {
      const data = await body();
      await this.add({ ...op('StepRun', id, null), data: data ?? null });
      return data;
    } catch (error) {
      if (error instanceof Hijack) throw error;
      this.noRetry = ctx.attempt + 1 >= ctx.max_attempts;
      const [kind, name] = this.noRetry ? ['StepFailed', 'Step failed'] : ['StepError', 'Step error'];
      const { message } = error as Error;
      this.unreported.push({ ...op(kind, id, null), error: { name, message, data: null } });
      throw new Hijack();
    }
  }

  /** @param duration such as "1h30m" */
  async sleep(id: string, duration: string): Promise<void> {
    if (!this.memoOf(id)) await this.ask('Sleep', id, { duration });
  }

  /** Returns undefined at the timeout. */
  async waitForEvent(
    id: string,
    opts: { event: string; timeout: string; if?: string },
  ): Promise<{ name: string; data: unknown } | undefined> {
    const memo = this.memoOf(id);
    if (!memo) return this.ask('WaitForEvent', id, opts);
    return (memo.value ?? undefined) as { name: string; data: unknown } | undefined;
  }

  async invoke(id: string, functionId: string, payload: { data: unknown; user: unknown }): Promise<unknown> {
    const memo = this.memoOf(id);
    if (!memo) return this.ask('InvokeFunction', id, { function_id: functionId, payload });
    const { data, error } = memo.value as { data?: unknown; error?: { message: string } };
    if (error) throw new GoStepError(error.message);
    return data;
  }

  async fetch(id: string, url: string): Promise<unknown> {
    const memo = this.memoOf(id);
    return memo ? (memo.value as { data: unknown }).data : this.ask('Gateway', id, { url, body: '' });
  }

  /** Runs steps in parallel. As in Go, it calls them one after the other, and plans all unfinished steps together. */
  async parallel<T>(...steps: (() => Promise<T>)[]): Promise<T[]> {
    this.isParallel = true;
    const results: T[] = [];
    let isPlanned = false;
    for (const step of steps) {
      try {
        results.push(await step());
      } catch (error) {
        if (!(error instanceof Hijack)) throw error;
        isPlanned = true;
      }
    }
    this.isParallel = false;
    if (isPlanned) throw new Hijack();
    return results;
  }

  private memoOf(id: string): { value: unknown } | undefined {
    const hash = hashOf(id);
    return Object.hasOwn(this.call.steps, hash) ? { value: this.call.steps[hash] } : undefined;
  }

  /** Adds the op to the answer, unless the call is for another step. @throws Hijack always */
  private async ask(kind: string, id: string, opts: unknown): Promise<never> {
    const { target } = this.call;
    if (target === undefined || target === hashOf(id)) this.unreported.push(op(kind, id, opts));
    throw new Hijack();
  }

  private async add(step: GoOp): Promise<void> {
    this.unreported.push(step);
    if (!this.report || this.call.target !== undefined || !(await this.report([step]))) throw new Hijack();
    this.unreported.pop();
  }
}

function op(kind: string, id: string, opts: unknown): GoOp {
  return {
    op: kind,
    id: hashOf(id),
    name: id,
    opts,
    data: null,
    error: null,
    displayName: null,
    timing: { a: 0, b: 0 },
    userland: { id },
  };
}

function hashOf(id: string): string {
  return createHash('sha1').update(id).digest('hex');
}
