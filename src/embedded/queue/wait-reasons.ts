import { isoTime } from '../../common/iso-time.js';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { concurrencyReason, delayedReason, throttledReason } from '../flow-control/index.js';
import { FunctionPauses, pausedReason } from '../functions/function-pauses.js';
import { RunStore } from '../store/run.store.js';
import { SlotStore } from '../store/slot.store.js';
import { AppCapacity } from '../functions/app-capacity.js';
import { FunctionRegistry } from '../functions/function-registry.js';
import { LimitTree, type LimitNode } from './limit-tree.js';
import { Lanes } from './lanes.js';
import type { LimitKind } from '../store/limit.store.js';
import { QueueStore, type QueueItem } from '../store/queue.store.js';
import { MAX_CALLS } from './call-queue.js';

/** The reasons why a call waits, and `ready` and `running`. They are label values of metrics. */
export const WAIT_REASONS = [
  'ready',
  'running',
  'delayed',
  'retry',
  'throttle',
  'concurrency',
  'app-away',
  'workers-busy',
  'paused',
  'after-crash',
  'capacity',
  'server-error',
  'set-aside',
] as const;

export type WaitReason = (typeof WAIT_REASONS)[number];

/** The parts of a call that determine the reason. */
export type WaitingCall = Pick<QueueItem, 'state' | 'lane' | 'kind' | 'attempt' | 'failures' | 'suspect'>;

/** The reason for calls that wait for each kind of limit. */
const REASON_OF_LIMIT = {
  slot: 'concurrency',
  'run-slot': 'concurrency',
  throttle: 'throttle',
  pause: 'paused',
  app: 'app-away',
} as const satisfies Record<LimitKind, WaitReason>;

/** Explains why calls have not been made yet: with one word for metrics, with a sentence for people. */
@Injectable()
export class WaitReasons {
  private readonly sentences: Partial<Record<WaitReason, (item: QueueItem) => string | undefined>> = {
    'set-aside': ({ failures, error }) =>
      `set aside until the next start, after ${failures} errors of this server: ${error}`,
    'server-error': ({ error, at }) =>
      `delayed after an error of this server (${error}); next try at ${this.iso(at)}`,
    retry: ({ at }) => `waiting for its retry until ${this.iso(at)}`,
    delayed: ({ score, at }) => delayedReason({ score, earliest: this.clock.toWall(at) }),
    'after-crash': ({ suspect }) =>
      suspect
        ? 'waiting for its turn: it was under way when the process ended, and such calls are made again one at a time'
        : 'waiting for calls that were under way when the process ended and are made again one at a time',
    capacity: () => `waiting for a free worker (${this.queue.runningCount()} of ${MAX_CALLS} busy)`,
    throttle: (item) => this.behindLimit(item),
    concurrency: (item) => this.behindLimit(item),
    'app-away': (item) => this.behindLimit(item),
    'workers-busy': (item) => this.behindLimit(item),
    paused: (item) => this.paused(item) ?? this.behindLimit(item),
  };

  constructor(
    private readonly queue: QueueStore,
    private readonly lanes: Lanes,
    private readonly tree: LimitTree,
    private readonly slots: SlotStore,
    private readonly functions: FunctionRegistry,
    private readonly capacity: AppCapacity,
    private readonly pauses: FunctionPauses,
    private readonly runs: RunStore,
    private readonly clock: Clock,
  ) {}

  /** The reason in one word. */
  reasonOf({ state, lane, kind, attempt, failures, suspect }: WaitingCall): WaitReason {
    if (state === 'set-aside') return 'set-aside';
    if (failures > 0) return 'server-error';
    if (state === 'running') return 'running';
    if (this.isPaused(lane, kind)) return 'paused';
    if (state === 'delayed') return attempt > 0 ? 'retry' : 'delayed';
    const closed = this.closedLimit(lane);
    if (closed) return this.hasBusyWorkers(closed) ? 'workers-busy' : REASON_OF_LIMIT[closed.kind];
    if (suspect || this.queue.hasSuspect('running') || this.queue.hasSuspect('ready')) return 'after-crash';
    return this.queue.runningCount() >= MAX_CALLS ? 'capacity' : 'ready';
  }

  /** The reason in a sentence; undefined when the call does not wait. */
  of(item: QueueItem): string | undefined {
    return this.sentences[this.reasonOf(item)]?.(item);
  }

  private behindLimit({ lane }: QueueItem): string | undefined {
    const closed = this.closedLimit(lane);
    return closed && this.behind(closed);
  }

  /** The outermost closed limit above the lane. */
  private closedLimit(laneId: number): LimitNode | undefined {
    const lane = this.lanes.get(laneId);
    if (!lane) return undefined;
    const now = this.clock.steady();
    return this.tree
      .pathTo(lane.limit)
      .find(({ isClosed, until }) => isClosed && (until === null || until > now));
  }

  /** Assumes that the run of a start call has not started. That is wrong only for the rare retry of such a call. */
  private isPaused(laneId: number, kind: QueueItem['kind']): boolean {
    const pause = this.pauseOf(laneId);
    return pause !== undefined && (kind === 'start' || pause.underWay === 'wait');
  }

  private pauseOf(laneId: number): ReturnType<FunctionPauses['of']> {
    const lane = this.lanes.get(laneId);
    return lane && this.pauses.of(lane.functionId);
  }

  private paused(item: QueueItem): string | undefined {
    const pause = this.pauseOf(item.lane);
    if (!pause) return undefined;
    const isNew = item.kind === 'start' && this.runs.get(item.runId)?.startedAt === null;
    return isNew || pause.underWay === 'wait' ? pausedReason(pause) : undefined;
  }

  private behind({ kind, subject, capacity, until }: LimitNode): string {
    if (kind === 'slot' || kind === 'run-slot') {
      const slot = { limit: capacity, ...(kind === 'run-slot' && { isHeldByRun: true as const }) };
      return concurrencyReason(slot, this.slots.holders(kind, subject));
    }
    if (kind === 'pause') return 'waiting: its function is paused';
    if (kind === 'throttle') return throttledReason(this.clock.toWall(until ?? 0));
    if (this.hasBusyWorkers({ kind, subject })) {
      return 'waiting for a connected worker: all of them have as many calls as they accept';
    }
    return `waiting for its app to come back, until ${this.iso(until ?? 0)}`;
  }

  private hasBusyWorkers({ kind, subject }: Pick<LimitNode, 'kind' | 'subject'>): boolean {
    const fn = kind === 'app' ? this.functions.byId(subject) : undefined;
    return fn !== undefined && this.capacity.isFull(fn);
  }

  private iso(steady: number): string {
    return isoTime(this.clock.toWall(steady));
  }
}
