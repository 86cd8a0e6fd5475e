import { Injectable } from '@nestjs/common';
import type { AppFunction } from '../../apps/app-function.js';
import { FunctionRegistry } from '../../apps/function-registry.js';
import { EventIntake } from '../../events/event-intake.js';
import { InvalidEventError } from '../../events/incoming-event.js';
import { optionalText, ProtocolError, requiredText, type Op } from '../../protocol/ops.js';
import { isRecord } from '../../../common/is-record.js';
import { InvalidSessionsError, resolveSessions, type Sessions } from '../../protocol/sessions.js';
import { StepStore } from '../../store/step.store.js';
import { WaitStore } from '../../store/wait.store.js';
import { RunProgress } from '../run-progress.js';
import { Timers } from '../timers.js';
import { A_YEAR_MS, momentFrom, readMoment, type Moment } from './moments.js';
import { nameOf, PENDING, races, type Effect, type OpContext, type OpHandler } from './op-handler.js';

const INVOKE_TIMEOUT = 'invoke-timeout';

interface InvokeFunctionOp extends Op {
  /** The slug of the function. */
  functionId: string;
  /** What it is run with. */
  payload: { data: Record<string, unknown>; v?: string; sessions?: Sessions };
  until: Moment;
}

/** The run calls another function and gets what that returns, or its error. */
@Injectable()
export class InvokeFunction implements OpHandler<InvokeFunctionOp> {
  readonly codes = ['InvokeFunction'] as const;

  constructor(
    private readonly steps: StepStore,
    private readonly waits: WaitStore,
    private readonly timers: Timers,
    private readonly functions: FunctionRegistry,
    private readonly intake: EventIntake,
    private readonly progress: RunProgress,
  ) {
    timers.on(INVOKE_TIMEOUT, (timer) => {
      const wait = waits.get(timer.id);
      if (!wait || wait.stepId === null) return;
      waits.remove(wait.id);
      const name = 'InngestInvokeTimeoutError';
      const message = 'Timed out waiting for invoked function to complete';
      const error = { error: `${name}: ${message}`, name, message };
      progress.resolve(wait.runId, wait.stepId, { error }, 'FAILED');
    });
  }

  parse(op: Op): InvokeFunctionOp {
    const timeout = optionalText(op.opts?.['timeout']);
    return {
      ...op,
      functionId: requiredText(op.opts?.['function_id'], op, 'opts.function_id'),
      payload: payloadOf(op.opts?.['payload']),
      until: timeout === undefined ? { inMs: A_YEAR_MS } : readMoment(timeout, op),
    };
  }

  apply(op: InvokeFunctionOp, { run, fn, now }: OpContext): Effect {
    if (this.steps.get(run.id, op.id)) return PENDING;
    const expiresAt = momentFrom(now, op.until);
    this.steps.save({
      runId: run.id,
      id: op.id,
      name: nameOf(op),
      op: 'INVOKE',
      status: 'WAITING',
      opts: JSON.stringify(op.opts),
      race: races(op),
      queuedAt: now,
      startedAt: now,
      endedAt: null,
    });
    const target = this.functions.bySlug(op.functionId);
    if (!target || target.archivedAt !== null) {
      return this.refuse(op, run.id, `There is no function "${op.functionId}".`);
    }
    const id = `${run.id}:invoke:${op.id}`;
    const correlationId = `${run.id}.${op.id}`;
    this.waits.insert({
      id,
      kind: 'invoke',
      subject: correlationId,
      runId: run.id,
      stepId: op.id,
      expression: null,
      expiresAt,
    });
    this.timers.set({ id, kind: INVOKE_TIMEOUT, at: expiresAt, runId: run.id, payload: null });
    const problem = this.invoke(target, op.payload, {
      correlation_id: correlationId,
      expire: expiresAt,
      name: nameOf(op),
      source_app_id: fn.app.id,
      source_fn_id: fn.id,
      source_fn_v: 1,
    });
    if (problem === undefined) return PENDING;
    this.waits.remove(id);
    this.timers.remove(id);
    return this.refuse(op, run.id, `"${op.functionId}" was not run: ${problem}`);
  }

  /** @returns why it was not run, if it was not */
  private invoke(
    target: AppFunction,
    payload: InvokeFunctionOp['payload'],
    meta: Record<string, unknown>,
  ): string | undefined {
    try {
      const outcome = this.intake.invoke(target, payload, meta);
      return outcome.kind === 'skipped' ? outcome.reason : undefined;
    } catch (error) {
      if (error instanceof InvalidEventError) return error.message;
      throw error;
    }
  }

  private refuse(op: InvokeFunctionOp, runId: string, message: string): Effect {
    this.progress.memoize(runId, op.id, { error: { name: 'Error', message } }, 'FAILED');
    return { kind: 'resolved', race: races(op) };
  }
}

/** @throws ProtocolError */
function payloadOf(raw: unknown): InvokeFunctionOp['payload'] {
  const { data, v, meta } = isRecord(raw) ? raw : {};
  try {
    const sessions = resolveSessions(meta);
    return {
      data: isRecord(data) ? data : {},
      ...(typeof v === 'string' && { v }),
      ...(sessions && { sessions }),
    };
  } catch (error) {
    throw error instanceof InvalidSessionsError ? new ProtocolError(error.message) : error;
  }
}
