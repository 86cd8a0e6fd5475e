import { isoTime } from '../../common/iso-time.js';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { concurrencyReason, delayedReason, throttledReason } from '../flow-control/index.js';
import { FunctionPauses, pausedReason } from '../functions/function-pauses.js';
import { RunStore } from '../store/run.store.js';
import { AppRoom } from '../functions/app-room.js';
import { FunctionRegistry } from '../functions/function-registry.js';
import { LimitTree, type LimitNode } from './limit-tree.js';
import { Lanes } from './lanes.js';
import { LimitStore } from '../store/limit.store.js';
import { QueueStore, type QueueItem } from '../store/queue.store.js';
import { MAX_CALLS } from './call-queue.js';

/** Says why calls have not been made yet, for people. */
@Injectable()
export class WaitReasons {
  constructor(
    private readonly queue: QueueStore,
    private readonly lanes: Lanes,
    private readonly tree: LimitTree,
    private readonly limits: LimitStore,
    private readonly functions: FunctionRegistry,
    private readonly room: AppRoom,
    private readonly pauses: FunctionPauses,
    private readonly runs: RunStore,
    private readonly clock: Clock,
  ) {}

  /** Undefined when nothing holds the call up. */
  of(item: QueueItem): string | undefined {
    if (item.state === 'set-aside') {
      return `set aside until the next start, after ${item.failures} errors of this server: ${item.error}`;
    }
    if (item.failures > 0)
      return `this server failed with it (${item.error}); tried again at ${this.iso(item.at)}`;
    const lane = this.lanes.get(item.lane);
    const paused = lane && this.paused(item, lane.functionId);
    if (paused !== undefined) return paused;
    if (item.state === 'delayed') {
      if (item.attempt > 0) return `waiting for its retry until ${this.iso(item.at)}`;
      return delayedReason({ score: item.score, earliest: this.clock.toWall(item.at) });
    }
    if (!lane || item.state === 'running') return undefined;
    const now = this.clock.steady();
    const closed = this.tree
      .pathTo(lane.limit)
      .find(({ isClosed, until }) => isClosed && (until === null || until > now));
    if (closed) return this.behind(closed);
    if (item.suspect) {
      return 'waiting for its turn: it was under way when the process ended, and such calls are made again one at a time';
    }
    if (this.queue.hasSuspect('running') || this.queue.hasSuspect('ready')) {
      return 'waiting for calls that were under way when the process ended, and are made again one at a time';
    }
    const calls = this.queue.runningCount();
    return calls >= MAX_CALLS ? `waiting for a free worker (${calls} of ${MAX_CALLS} busy)` : undefined;
  }

  private paused(item: QueueItem, functionId: string): string | undefined {
    const pause = item.state === 'running' ? undefined : this.pauses.of(functionId);
    if (!pause) return undefined;
    const isNew = item.kind === 'start' && this.runs.get(item.runId)?.startedAt === null;
    return isNew || pause.underWay === 'wait' ? pausedReason(pause) : undefined;
  }

  private behind({ kind, subject, capacity, until }: LimitNode): string {
    if (kind === 'slot' || kind === 'run-slot') {
      const slot = { limit: capacity, ...(kind === 'run-slot' && { isHeldByRun: true as const }) };
      return concurrencyReason(slot, this.limits.holders(kind, subject));
    }
    if (kind === 'pause') return 'waiting: its function is paused';
    if (kind === 'throttle') return throttledReason(this.clock.toWall(until ?? 0));
    const appId = this.functions.byId(subject)?.app.id;
    if (appId !== undefined && this.room.isFull(appId)) {
      return 'waiting for a connected worker: all of them have as many calls as they take';
    }
    return `waiting for its app to come back, until ${this.iso(until ?? 0)}`;
  }

  private iso(steady: number): string {
    return isoTime(this.clock.toWall(steady));
  }
}
