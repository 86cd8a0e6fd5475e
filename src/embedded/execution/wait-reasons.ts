import { Injectable } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { concurrencyReason, delayedReason, throttledReason } from '../flow-control/index.js';
import { GateStore, type Gate } from '../store/gate.store.js';
import { LaneStore } from '../store/lane.store.js';
import { QueueStore, type QueueItem } from '../store/queue.store.js';
import { MAX_CALLS } from './dispatcher.js';

/** Says why calls have not been made yet, for people. */
@Injectable()
export class WaitReasons {
  constructor(
    private readonly queue: QueueStore,
    private readonly lanes: LaneStore,
    private readonly gates: GateStore,
    private readonly clock: Clock,
  ) {}

  /** Undefined when nothing holds the call up. */
  of(item: QueueItem): string | undefined {
    if (item.state === 'delayed') {
      if (item.attempt > 0) return `waiting for its retry until ${iso(item.at)}`;
      return delayedReason({ score: item.score, earliest: item.at });
    }
    const lane = this.lanes.get(item.lane);
    if (!lane || item.state === 'running') return undefined;
    const now = this.clock.now();
    const closed = this.gates
      .wayTo(lane.gate)
      .find(({ isClosed, until }) => isClosed && (until === null || until > now));
    if (closed) return this.behind(closed);
    const calls = this.queue.runningCount();
    return calls >= MAX_CALLS ? `waiting for a free worker (${calls} of ${MAX_CALLS} busy)` : undefined;
  }

  private behind({ kind, subject, capacity, until }: Gate): string {
    if (kind === 'slot') return concurrencyReason({ limit: capacity }, this.lanes.usedSlots(subject));
    if (kind === 'throttle') return throttledReason(until ?? 0);
    return `waiting for its app to come back, until ${iso(until ?? 0)}`;
  }
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
