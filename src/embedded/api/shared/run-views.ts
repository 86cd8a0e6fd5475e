import { isoTime } from '../../../common/iso-time.js';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../../clock/index.js';
import { FunctionPauses } from '../../functions/function-pauses.js';
import { FunctionRegistry } from '../../functions/function-registry.js';
import { WaitReasons } from '../../queue/wait-reasons.js';
import { QueueStore } from '../../store/queue.store.js';
import { hasEnded, RunStore, type Run } from '../../store/run.store.js';
import { StepStore, type Step } from '../../store/step.store.js';
import { readStored, readStoredRecord } from '../../store/stored-json.js';
import { TimerStore } from '../../store/timer.store.js';
import { wrapOutput } from './wrap-output.js';
import type { RunView, Waiting } from '../v2/answer-types/run.js';

/**
 * Makes the API's views of runs from the store's rows. An absent field is set to `undefined`, which JSON leaves out. A
 * conditional spread would hide a misspelt name from the compiler.
 */
@Injectable()
export class RunViews {
  constructor(
    private readonly runs: RunStore,
    private readonly steps: StepStore,
    private readonly queue: QueueStore,
    private readonly reasons: WaitReasons,
    private readonly timers: TimerStore,
    private readonly clock: Clock,
    private readonly functions: FunctionRegistry,
    private readonly pauses: FunctionPauses,
  ) {}

  of(run: Run, includeOutput: boolean): RunView {
    const fn = this.functions.byId(run.functionId);
    return {
      app: { id: fn?.app.name ?? '' },
      durationMs: durationOf(run),
      endedAt: isoIfKnown(run.endedAt),
      function: { id: fn?.shortId ?? run.functionId, name: fn?.name ?? run.functionId },
      id: run.id,
      output: includeOutput && run.output !== null ? wrapOutput(readStored(run.output)) : undefined,
      queuedAt: isoTime(run.queuedAt),
      startedAt: isoIfKnown(run.startedAt),
      status: run.status,
      trigger: {
        eventIds: this.runs.eventIdsOf(run.id),
        eventName: run.triggerEvent,
        cronSchedule: run.cron ?? undefined,
      },
      attempts: this.steps.mostAttempts(run.id),
      maxAttempts: fn?.maxAttempts,
      originalRunId: run.originalRunId ?? undefined,
      fromStepId: run.fromStep ?? undefined,
      priority: run.priority === 0 ? undefined : run.priority,
      reason: run.reason ?? undefined,
      waiting: this.waiting(run),
    };
  }

  /**
   * A run in a list. Measured on Inngest 1.43: lists of the v2 API show the error of a failed run as `{error: …}`, while
   * the run itself and its trace show the bare error.
   */
  listed(run: Run, includeOutput: boolean): RunView {
    const view = this.of(run, includeOutput);
    return run.status === 'FAILED' && view.output !== undefined
      ? { ...view, output: { error: view.output } }
      : view;
  }

  private waiting(run: Run): Waiting | undefined {
    if (hasEnded(run)) return undefined;
    const items = this.queue.ofRun(run.id);
    if (items.some((item) => item.state === 'running')) return undefined;
    for (const item of items) {
      const reason = this.reasons.of(item);
      if (reason === undefined) continue;
      return {
        reason,
        until: item.state === 'delayed' ? isoTime(this.clock.toWall(item.at)) : undefined,
        attempt: item.attempt > 0 ? item.attempt : undefined,
      };
    }
    const step = this.steps.ofRun(run.id).find((candidate) => candidate.status === 'WAITING');
    if (!step) return undefined;
    const why = step.op === 'INVOKE' ? this.pauseOfInvoked(step) : '';
    return {
      reason: `${WAITING_WORDS[step.op]} (step "${step.name}")${why}`,
      until: isoIfKnown(this.timers.momentOfStep(run.id, step.id, this.clock.setBack)),
    };
  }

  private pauseOfInvoked({ opts }: Step): string {
    const { function_id: slug } = readStoredRecord(opts ?? '{}');
    const fn = this.functions.bySlug(String(slug));
    const pause = fn && this.pauses.of(fn.id);
    return pause ? `; "${fn.slug}" is paused since ${isoTime(pause.pausedAt)}` : '';
  }
}

const WAITING_WORDS = {
  RUN: 'waiting for a step',
  SLEEP: 'sleeping',
  WAIT_FOR_EVENT: 'waiting for an event',
  WAIT_FOR_SIGNAL: 'waiting for a signal',
  INVOKE: 'waiting for the function it invoked',
  FETCH: 'waiting for an HTTP response',
} as const;

export { isoTime as iso };

/** @param time in milliseconds since 1970 */
export function isoIfKnown(time: number | null | undefined): string | undefined {
  return time === null || time === undefined ? undefined : isoTime(time);
}

/** @returns milliseconds as text, like the real server; undefined until the work has ended */
export function durationOf(work: { startedAt: number | null; endedAt: number | null }): string | undefined {
  const { startedAt, endedAt } = work;
  return startedAt === null || endedAt === null ? undefined : String(Math.max(0, endedAt - startedAt));
}
