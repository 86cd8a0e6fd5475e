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

/** Compiling so much takes some 40 ms. */
const MOST_CONDITION_CHARACTERS = 128 * 1024;

/**
 * Conditions are compiled when the answer of an app, or a checkpoint, is applied: all in one transaction. Each text counts
 * once.
 *
 * @throws ProtocolError when they are too long together
 */
export function assertFewConditions(ops: readonly Op[]): void {
  const conditions = ops.map(({ opts }) => optionalText(opts?.['if']) ?? '');
  const characters = [...new Set(conditions)].reduce((sum, { length }) => sum + length, 0);
  if (characters > MOST_CONDITION_CHARACTERS) {
    throw new ProtocolError(
      `The conditions of the waits in one response have ${characters} characters together; ` +
        `at most ${MOST_CONDITION_CHARACTERS} are possible.`,
    );
  }
}

interface WaitForEventOp extends Op {
  /** The name of the event. */
  event: string;
  until: RequestedTime;
  /** Condition on `event` (the run's) and `async` (the one that arrives). */
  condition?: string;
}

/** The run waits for an event. Its result is the event, or null when none came in time. */
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
      // The Go SDK writes it into the options: the name is the step's.
      event: requiredText(op.opts?.['event'] || op.name, op, 'opts.event'),
      until: parseRequestedTime(optionalText(op.opts?.['timeout']) ?? '', op),
      ...(condition !== undefined && { condition }),
    };
  }

  apply(op: WaitForEventOp, { run, now, setBack }: OpContext): Effect {
    if (this.steps.get(run.id, op.id)) return KNOWN;
    const { wall: expiresAt, timer } = dueTimeOf({ now, setBack }, op.until);
    const error = this.mistakeIn(op, expiresAt, now);
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
    const own = condition === undefined ? undefined : this.runs.firstEventOf(run.id);
    if (condition === undefined || !own) return null;
    return compileExpression(condition).equality(eventForApp(own)) ?? null;
  }

  private mistakeIn(op: WaitForEventOp, expiresAt: number, now: number): SerializedError | undefined {
    try {
      if (op.condition !== undefined) compileExpression(op.condition);
    } catch (error) {
      const message = `Step "${nameOf(op)}" waits with a bad expression: ${(error as Error).message}`;
      return { name: 'Error', message };
    }
    return tooLong(`The wait "${nameOf(op)}"`, expiresAt, now);
  }
}
