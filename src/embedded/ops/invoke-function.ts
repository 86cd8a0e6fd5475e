import { Injectable } from '@nestjs/common';
import { FunctionRegistry } from '../functions/function-registry.js';
import { Outbox, type NewEvent } from '../outbox/outbox.js';
import { InternalEvent } from '../protocol/event.js';
import { tooLargeFor } from '../protocol/event-size.js';
import { optionalText, ProtocolError, requiredText, type Op } from '../protocol/ops.js';
import { InvalidSessionsError, resolveSessions } from '../protocol/sessions.js';
import { StepStore } from '../store/step.store.js';
import { WaitStore } from '../store/wait.store.js';
import { RunProgress } from '../runs/run-progress.js';
import { Timers } from '../timers/timers.js';
import { isRecord } from '../../common/is-record.js';
import { unstorable } from '../protocol/storable-text.js';
import { A_YEAR_MS, dueTimeOf, parseRequestedTime, type RequestedTime } from './due-time.js';
import { KNOWN, nameOf, PENDING, races, type Effect, type OpContext, type OpHandler } from './op-handler.js';

const INVOKE_TIMEOUT = 'invoke-timeout';

interface InvokeFunctionOp extends Op {
  /** The slug of the function. */
  functionId: string;
  /** The parts of the event with which the function runs. */
  payload: Pick<NewEvent, 'data' | 'user' | 'v' | 'sessions'>;
  until: RequestedTime;
}

/** Invokes another function. The step's result is what that function returns, or its error. */
@Injectable()
export class InvokeFunction implements OpHandler<InvokeFunctionOp> {
  readonly codes = ['InvokeFunction'] as const;

  constructor(
    private readonly steps: StepStore,
    private readonly waits: WaitStore,
    private readonly timers: Timers,
    private readonly functions: FunctionRegistry,
    private readonly outbox: Outbox,
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
      until: timeout ? parseRequestedTime(timeout, op) : { inMs: A_YEAR_MS },
    };
  }

  apply(op: InvokeFunctionOp, { run, fn, now, setBack }: OpContext): Effect {
    if (this.steps.get(run.id, op.id)) return KNOWN;
    const { wall: expiresAt, timer } = dueTimeOf({ now, setBack }, op.until);
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
      return this.refuse(op, run.id, `could not find function with ID: ${op.functionId}`);
    }
    const problem = tooLargeFor(op.payload);
    if (problem !== undefined) return this.refuse(op, run.id, `"${op.functionId}" was not run: ${problem}`);
    const id = `${run.id}:invoke:${op.id}`;
    const correlationId = `${run.id}.${op.id}`;
    this.waits.insert({
      id,
      kind: 'invoke',
      subject: correlationId,
      runId: run.id,
      stepId: op.id,
      expression: null,
      equality: null,
      expiresAt,
    });
    this.timers.set({ id, kind: INVOKE_TIMEOUT, ...timer, runId: run.id, payload: null });
    this.outbox.announce(
      {
        ...op.payload,
        name: InternalEvent.FunctionInvoked,
        data: {
          ...op.payload.data,
          _inngest: {
            fn_id: target.slug,
            correlation_id: correlationId,
            expire: expiresAt,
            name: nameOf(op),
            source_app_id: fn.app.id,
            source_fn_id: fn.id,
            source_fn_v: 1,
          },
        },
      },
      target.id,
    );
    return PENDING;
  }

  private refuse(op: InvokeFunctionOp, runId: string, message: string): Effect {
    this.progress.memoize(runId, op.id, { error: { name: 'Error', message } }, 'FAILED');
    return { kind: 'resolved', race: races(op) };
  }
}

/** @throws ProtocolError */
function payloadOf(raw: unknown): InvokeFunctionOp['payload'] {
  const { data, user, v, meta } = isRecord(raw) ? raw : {};
  const problem = unstorable(v);
  if (problem !== undefined)
    throw new ProtocolError(`The version of an invocation ${problem}: ${JSON.stringify(v)}.`);
  try {
    const sessions = resolveSessions(meta);
    return {
      data: isRecord(data) ? data : {},
      ...(isRecord(user) && { user }),
      ...(typeof v === 'string' && { v }),
      ...(sessions && { sessions }),
    };
  } catch (error) {
    throw error instanceof InvalidSessionsError ? new ProtocolError(error.message) : error;
  }
}
