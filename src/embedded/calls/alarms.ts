import { Injectable } from '@nestjs/common';
import { Clock, type Release, type AlarmKind } from '../../clock/index.js';
import { CallQueue } from '../queue/call-queue.js';
import { JobStore } from '../store/job.store.js';
import { LimitStore } from '../store/limit.store.js';
import { OutboxStore } from '../store/outbox.store.js';
import { QueueStore } from '../store/queue.store.js';
import { TimerStore } from '../store/timer.store.js';
import { TurnWork } from '../timers/turn-work.js';

/** Knows what is due now, and wakes the dispatcher when something else is. */
@Injectable()
export class Alarms {
  private readonly set: Release[] = [];

  constructor(
    private readonly queue: CallQueue,
    private readonly items: QueueStore,
    private readonly limits: LimitStore,
    private readonly work: TurnWork,
    private readonly timers: TimerStore,
    private readonly outbox: OutboxStore,
    private readonly jobs: JobStore,
    private readonly clock: Clock,
  ) {}

  /** Reads only values that the stores cache, because most wake-ups find nothing to do. */
  isAnythingDue(): boolean {
    const steady = this.clock.steady();
    const isPast = (at: number | undefined): boolean => at !== undefined && at <= steady;
    return (
      this.queue.hasHeldCalls ||
      isPast(this.outbox.next()) ||
      isPast(this.jobs.next()) ||
      isPast(this.items.nextReady()) ||
      this.timers.isAnyDue({ wall: this.clock.now(), steady }) ||
      this.limits.hasOpenCalls() ||
      isPast(this.limits.nextOpening())
    );
  }

  isJobDue(): boolean {
    return (this.jobs.next() ?? Infinity) <= this.clock.steady();
  }

  /**
   * Replaces all alarms by those for the next work of each kind.
   *
   * @param takesCalls whether more calls may be made. If not, the queue needs no alarm
   */
  setForNext(takesCalls: boolean, wake: () => void): void {
    this.silence();
    const queue = takesCalls ? [this.items.nextReady(), this.limits.nextOpening(), this.heldUntil()] : [];
    const due = [...queue, this.outbox.next(), this.jobs.next()].filter((at) => at !== undefined);
    for (const kind of ['due', 'tick', 'background'] as const) {
      const date = this.timers.next(kind, 'wall');
      if (date !== undefined) this.setAt(date, kind, wake);
      const duration = this.timers.next(kind, 'steady');
      const ends = [...(duration === undefined ? [] : [duration]), ...(kind === 'due' ? due : [])];
      const waits = ends.map((at) => this.untilRetried(at - this.clock.steady()));
      if (waits.length > 0) this.setIn(Math.min(...waits), kind, wake);
    }
  }

  /** Sets an alarm, besides those that are set. */
  setIn(ms: number, kind: AlarmKind, wake: () => void): void {
    this.set.push(this.clock.after(ms, wake, kind));
  }

  silence(): void {
    for (const cancel of this.set.splice(0)) cancel();
  }

  /** @param date the wall-clock time in milliseconds */
  private setAt(date: number, kind: AlarmKind, wake: () => void): void {
    const ms = date - this.clock.now();
    const wait = this.untilRetried(ms);
    if (wait !== ms) this.setIn(wait, kind, wake);
    else this.set.push(this.clock.schedule(date, wake, kind));
  }

  /** When calls that are held back for a suspect one may be made. If there are none, the queue still has an earlier time. */
  private heldUntil(): number | undefined {
    const { heldUntil } = this.queue;
    return heldUntil !== undefined && this.limits.hasOpenCalls() ? heldUntil : undefined;
  }

  /**
   * The wait for an alarm. If its time has come already, it belongs to a kind of work that failed in this pass, so the alarm
   * is for the time at which that work is tried again.
   */
  private untilRetried(ms: number): number {
    const { pausedUntil } = this.work;
    return ms > 0 || pausedUntil === undefined ? ms : pausedUntil - this.clock.steady();
  }
}
