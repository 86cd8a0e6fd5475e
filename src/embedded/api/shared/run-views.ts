import { Injectable } from '@nestjs/common';
import { Clock } from '../../../clock/index.js';
import { FunctionRegistry } from '../../functions/function-registry.js';
import { WaitReasons } from '../../queue/wait-reasons.js';
import { QueueStore } from '../../store/queue.store.js';
import { hasEnded, RunStore, type Run } from '../../store/run.store.js';
import { StepStore } from '../../store/step.store.js';
import { TimerStore } from '../../store/timer.store.js';
import { asObject } from './as-object.js';

/** Why a run does not go on right now. */
export interface Waiting {
  /** For people. */
  reason: string;
  /** ISO time, when it is known. */
  until?: string;
  /** The attempt that comes next, from 0, while a retry is waited for. */
  attempt?: number;
}

/** A run as the v2 API shows it. Unlike the real server's, a status names an end only when it has come. */
export interface RunView {
  id: string;
  app: { id: string };
  function: { id: string; name: string };
  status: Run['status'];
  queuedAt: string;
  startedAt?: string;
  endedAt?: string;
  durationMs?: string;
  trigger: { eventIds: string[]; eventName: string; cronSchedule?: string };
  originalRunId?: string;
  /** How many tries its most tried step has had so far, and may have; only of this server. */
  attempts: number;
  maxAttempts?: number;
  priority?: number;
  output?: unknown;
  /** Only of this server. */
  waiting?: Waiting;
  /** Why it was cancelled; only of this server. */
  reason?: string;
}

/** Makes what the APIs show of runs out of what is stored. */
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
  ) {}

  of(run: Run, includeOutput: boolean): RunView {
    const fn = this.functions.byId(run.functionId);
    const waiting = this.waiting(run);
    return {
      app: { id: fn?.app.name ?? '' },
      ...(run.startedAt !== null &&
        run.endedAt !== null && { durationMs: String(Math.max(0, run.endedAt - run.startedAt)) }),
      ...(run.endedAt !== null && { endedAt: iso(run.endedAt) }),
      function: { id: fn?.shortId ?? run.functionId, name: fn?.name ?? run.functionId },
      id: run.id,
      ...(includeOutput && run.output !== null && { output: asObject(JSON.parse(run.output)) }),
      queuedAt: iso(run.queuedAt),
      ...(run.startedAt !== null && { startedAt: iso(run.startedAt) }),
      status: run.status,
      trigger: {
        eventIds: this.runs.eventIdsOf(run.id),
        eventName: run.triggerEvent,
        ...(run.cron !== null && { cronSchedule: run.cron }),
      },
      attempts: this.steps.mostAttempts(run.id),
      ...(fn && { maxAttempts: fn.maxAttempts }),
      ...(run.originalRunId !== null && { originalRunId: run.originalRunId }),
      ...(run.priority !== 0 && { priority: run.priority }),
      ...(run.reason !== null && { reason: run.reason }),
      ...(waiting && { waiting }),
    };
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
        ...(item.state === 'delayed' && { until: iso(this.clock.toWall(item.at)) }),
        ...(item.attempt > 0 && { attempt: item.attempt }),
      };
    }
    const step = this.steps.ofRun(run.id).find((candidate) => candidate.status === 'WAITING');
    if (!step) return undefined;
    const until = this.timers.momentOfStep(run.id, step.id, this.clock.setBack);
    return {
      reason: `${WAITING_WORDS[step.op]} (step "${step.name}")`,
      ...(until !== undefined && { until: iso(until) }),
    };
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

export function iso(time: number): string {
  return new Date(time).toISOString();
}
