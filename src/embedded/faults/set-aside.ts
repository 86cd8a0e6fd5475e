import { Injectable } from '@nestjs/common';
import { JobStore } from '../store/job.store.js';
import { OutboxStore } from '../store/outbox.store.js';
import { QueueStore } from '../store/queue.store.js';
import { TimerStore } from '../store/timer.store.js';

/** A call, timer, event or job that was set aside after repeated errors of this server. The next start tries it again. */
export interface SetAsideItem {
  kind: 'call' | 'timer' | 'event' | 'job';
  id: string;
  /** The run to which it belongs, if any. */
  runId: string | null;
  error: string;
  /** When it was set aside, in milliseconds since 1970. */
  at: number;
}

const KINDS = ['call', 'timer', 'event', 'job'] as const satisfies readonly SetAsideItem['kind'][];

/** Lists the items that were set aside. */
@Injectable()
export class SetAside {
  constructor(
    private readonly queue: QueueStore,
    private readonly timers: TimerStore,
    private readonly outbox: OutboxStore,
    private readonly jobs: JobStore,
  ) {}

  list(): SetAsideItem[] {
    return [
      ...this.queue
        .setAsideItems()
        .map(({ id, runId, error, at }) => ({ kind: 'call' as const, id, runId, error: error ?? '', at })),
      ...this.timers.setAsideTimers().map((timer) => ({ kind: 'timer' as const, ...timer })),
      ...this.outbox
        .setAsideEntries()
        .map(({ eventId, error, at }) => ({ kind: 'event' as const, id: eventId, runId: null, error, at })),
      ...this.jobs.setAsideJobs().map((job) => ({ kind: 'job' as const, runId: null, ...job })),
    ];
  }

  /** The number of set-aside items of each kind; 0 for a kind without any. */
  counts(): Record<SetAsideItem['kind'], number> {
    const items = this.list();
    const count = (kind: SetAsideItem['kind']): number => items.filter((item) => item.kind === kind).length;
    return Object.fromEntries(KINDS.map((kind) => [kind, count(kind)])) as ReturnType<typeof this.counts>;
  }
}
