import { Injectable } from '@nestjs/common';
import { compileExpression, type Equality } from '../expressions/index.js';
import { optionalText, ProtocolError, requiredText, type Op, type SerializedError } from '../protocol/ops.js';
import { eventForApp } from '../protocol/event.js';
import { RunStore, type Run } from '../store/run.store.js';
import { StepStore } from '../store/step.store.js';
import { WaitStore } from '../store/wait.store.js';
import { RunProgress } from '../runs/run-progress.js';
import { Timers } from '../timers/timers.js';
import { dueTimeOf, parseRequestedTime, tooLong, type RequestedTime } from './due-time.js';
import { KNOWN, nameOf, PENDING, races, type Effect, type OpContext, type OpHandler } from './op-handler.js';

const WAIT_TIMEOUT = 'wait-timeout';

/** Compiling conditions of this length takes about 40 ms. */
const MAX_CONDITION_CHARACTERS = 128 * 1024;

/**
 * Limits the total length of the conditions in an answer or a checkpoint, because one transaction compiles them all. Equal
 * conditions count once.
 *
 * @throws ProtocolError when their total length exceeds the limit
 */
export function assertConditionsFit(ops: readonly Op[]): void {
  const conditions = ops.map(({ opts }) => optionalText(opts?.['if']) ?? '');
  const characters = [...new Set(conditions)].reduce((sum, { length }) => sum + length, 0);
  if (characters > MAX_CONDITION_CHARACTERS) {
    throw new ProtocolError(
      `The conditions of the waits in one response have ${characters} characters in total; ` +
        `the limit is ${MAX_CONDITION_CHARACTERS}.`,
    );
  }
}

interface WaitForEventOp extends Op {
  /** The name of the event. */
  event: string;
  until: RequestedTime;
  /** A condition on `event`, the run's first event, and `async`, the event that arrives. */
  condition?: string;
}

/** Waits for an event. The step's result is the event, or null when none came before the timeout. */
@Injectable()
export class WaitForEvent implements OpHandler<WaitForEventOp> {
  readonly codes = ['WaitForEvent'] as const;

  constructor(
    private readonly runs: RunStore,
    private readonly steps: StepStore,
    private readonly waits: WaitStore,
    private readonly timers: Timers,
    private readonly progress: RunProgress,
  ) {
    timers.on(WAIT_TIMEOUT, (timer) => {
      const wait = waits.get(timer.id);
      if (!wait || wait.stepId === null) return;
      waits.remove(wait.id);
      progress.resolve(wait.runId, wait.stepId, null);
    });
  }

  parse(op: Op): WaitForEventOp {
    const condition = optionalText(op.opts?.['if']);
    return {
      ...op,
      // The Go SDK sends the event's name in the options; its op's name is that of the step.
      event: requiredText(op.opts?.['event'] || op.name, op, 'opts.event'),
      until: parseRequestedTime(optionalText(op.opts?.['timeout']) ?? '', op),
      ...(condition !== undefined && { condition }),
    };
  }

  apply(op: WaitForEventOp, { run, now, setBack }: OpContext): Effect {
    if (this.steps.get(run.id, op.id)) return KNOWN;
    const { wall: expiresAt, timer } = dueTimeOf({ now, setBack }, op.until);
    const error = this.errorIn(op, expiresAt, now);
    if (error) {
      this.progress.fail(run, error);
      return { kind: 'ended' };
    }
    this.steps.save({
      runId: run.id,
      id: op.id,
      name: nameOf(op),
      op: 'WAIT_FOR_EVENT',
      status: 'WAITING',
      opts: JSON.stringify({ ...op.opts, event: op.event }),
      race: races(op),
      queuedAt: now,
      startedAt: now,
      endedAt: null,
    });
    const id = `${run.id}:event:${op.id}`;
    this.waits.insert({
      id,
      kind: 'event',
      subject: op.event,
      runId: run.id,
      stepId: op.id,
      expression: op.condition ?? null,
      equality: this.equalityOf(op, run),
      expiresAt,
    });
    this.timers.set({ id, kind: WAIT_TIMEOUT, ...timer, runId: run.id, payload: null });
    return PENDING;
  }

  private equalityOf({ condition }: WaitForEventOp, run: Run): Equality | null {
    const runEvent = condition === undefined ? undefined : this.runs.firstEventOf(run.id);
    if (condition === undefined || !runEvent) return null;
    return compileExpression(condition).equality(eventForApp(runEvent)) ?? null;
  }

  private errorIn(op: WaitForEventOp, expiresAt: number, now: number): SerializedError | undefined {
    try {
      if (op.condition !== undefined) compileExpression(op.condition);
    } catch (error) {
      const message = `Step "${nameOf(op)}" waits with an invalid expression: ${(error as Error).message}`;
      return { name: 'Error', message };
    }
    return tooLong(`The wait "${nameOf(op)}"`, expiresAt, now);
  }
}
