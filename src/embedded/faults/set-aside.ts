import { Injectable } from '@nestjs/common';
import { JobStore } from '../store/job.store.js';
import { OutboxStore } from '../store/outbox.store.js';
import { QueueStore } from '../store/queue.store.js';
import { TimerStore } from '../store/timer.store.js';

/** Something that kept failing with an error of this server, and waits for the next start. */
export interface SetAsideItem {
  kind: 'call' | 'timer' | 'event' | 'job';
  id: string;
  /** The run that it belongs to, if any. */
  runId: string | null;
  error: string;
  /** When it was set aside, in milliseconds since 1970. */
  at: number;
}

const KINDS = ['call', 'timer', 'event', 'job'] as const satisfies readonly SetAsideItem['kind'][];

/** Lists what was set aside. */
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

  /** How much was set aside, by its kind; 0 for a kind of which nothing was. */
  counts(): Record<SetAsideItem['kind'], number> {
    const items = this.list();
    const count = (kind: SetAsideItem['kind']): number => items.filter((item) => item.kind === kind).length;
    return Object.fromEntries(KINDS.map((kind) => [kind, count(kind)])) as ReturnType<typeof this.counts>;
  }
}
