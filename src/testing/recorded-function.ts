import { randomUUID } from 'node:crypto';
import { isRecord } from '../common/is-record.js';
import { parseJson } from '../common/parse-json.js';
import type { Recording, StepError } from './fixture.js';
import { SERVE_PATH, type SdkHandler } from './sdk-handler.js';

/** The parts of an SDK op that a replay needs. */
export interface AskedStep {
  op: string;
  /** The hashed id. */
  id: string;
  name: string;
  data?: unknown;
  error?: StepError;
}

/** The function's answer to a call. */
export type CallAnswer =
  | { kind: 'steps'; steps: AskedStep[] }
  | { kind: 'completed'; output: unknown }
  | { kind: 'failed'; error: StepError };

/** The side ops of the SDK, which an answer may contain together with steps. */
const ASIDES = ['DeferAdd', 'DeferAbort'];

/** Calls a function by Inngest's protocol with the state of a recorded run. */
export class RecordedFunction {
  private readonly runId = randomUUID();
  private readonly memos: Record<string, unknown> = {};
  private readonly defers: Record<string, object> = {};
  private version = -1;

  /** @param slug the function's id with the client's id before it */
  constructor(
    private readonly handler: SdkHandler,
    private readonly slug: string,
    private readonly origin: string,
    private readonly events: Recording['events'],
  ) {}

  /** Sets the result of a step for all later calls. */
  memoize(stepId: string, memo: unknown): void {
    this.memos[stepId] = memo;
  }

  /** Calls the function, which plans the steps that it reaches. */
  async find(): Promise<CallAnswer> {
    for (;;) {
      const answer = await this.call('step');
      if (answer.kind !== 'steps') return answer;
      const asides = answer.steps.filter(({ op }) => ASIDES.includes(op));
      const steps = answer.steps.filter(({ op }) => !ASIDES.includes(op));
      const isOld = asides.every(({ id }) => id in this.defers);
      for (const { id } of asides) this.defers[id] = { abortable: true };
      const done = steps.find(({ op }) => op === 'RunComplete');
      if (done) return { kind: 'completed', output: done.data };
      if (steps.length > 0 || isOld) return { kind: 'steps', steps };
    }
  }

  /** Calls the function to execute one planned step, and returns the result. */
  async execute(stepId: string): Promise<{ data: unknown } | { error: StepError }> {
    const answer = await this.call(stepId);
    if (answer.kind === 'failed') return { error: answer.error };
    const step = answer.kind === 'steps' ? answer.steps.find(({ id }) => id === stepId) : undefined;
    if (step?.error !== undefined) return { error: step.error };
    return { data: step?.data ?? null };
  }

  private async call(stepId: string): Promise<CallAnswer> {
    const { status, headers, body } = await this.handler({
      method: 'POST',
      url: this.urlOf(stepId),
      headers: {
        'content-type': 'application/json',
        'x-inngest-server-kind': 'dev',
        'x-inngest-req-version': String(this.version),
      },
      body: JSON.stringify(this.bodyOf(stepId)),
    });
    const version = Number(headers['x-inngest-req-version']);
    if (status === 206 && Number.isInteger(version)) this.version = version;
    return readAnswer(status, parseJson(body) ?? body);
  }

  private urlOf(stepId: string): URL {
    const url = new URL(SERVE_PATH, this.origin);
    url.searchParams.set('fnId', this.slug);
    url.searchParams.set('stepId', stepId);
    return url;
  }

  private bodyOf(stepId: string): object {
    const stack = Object.keys(this.memos);
    return {
      ctx: {
        attempt: 0,
        // Let the function only plan steps, so that it executes no step without a recorded output.
        disable_immediate_execution: true,
        env: '',
        fn_id: this.runId,
        max_attempts: 1,
        qi_id: '',
        run_id: this.runId,
        stack: { current: stepId === 'step' ? stack.length : 0, stack },
        step_id: 'step',
        use_api: false,
      },
      defers: this.defers,
      event: this.events[0],
      events: this.events,
      steps: this.memos,
      use_api: false,
      version: this.version,
    };
  }
}

function readAnswer(status: number, body: unknown): CallAnswer {
  if (status === 206 && Array.isArray(body)) return { kind: 'steps', steps: body.map(readStep) };
  if (status === 200) return { kind: 'completed', output: body };
  return { kind: 'failed', error: isRecord(body) ? body : { name: 'Error', message: String(body) } };
}

function readStep(raw: unknown): AskedStep {
  const { op, id, displayName, name, data, error } = raw as AskedStep & { displayName?: string };
  const shown = displayName ?? name ?? id;
  return { op, id, name: shown, data, ...(error !== undefined && error !== null && { error }) };
}
