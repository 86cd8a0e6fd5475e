import { Injectable, Logger } from '@nestjs/common';
import { Clock, type Release } from '../../clock/index.js';
import { Ids } from '../ids.js';
import { Database } from '../store/database.js';
import { GateStore } from '../store/gate.store.js';
import { QueueStore, type QueueItem } from '../store/queue.store.js';
import { TimerStore } from '../store/timer.store.js';
import { AppCaller } from './app-caller.js';
import { Bell } from './bell.js';
import { CallQueue } from './call-queue.js';
import { RunExecutor } from './run-executor.js';
import { Timers } from './timers.js';

/** Calls that may be under way at once, over all functions: as many workers as the real server has. */
export const MAX_CALLS = 100;

/** Keeps things going: does what is due, makes the calls that flow control allows, and wakes for the next moment. */
@Injectable()
export class Dispatcher {
  private readonly logger = new Logger(Dispatcher.name);
  private readonly calls = new Set<Promise<void>>();
  private readonly alarms: Release[] = [];
  private pass: Release | undefined;
  private isRunning = false;

  constructor(
    private readonly db: Database,
    private readonly queue: CallQueue,
    private readonly items: QueueStore,
    private readonly gates: GateStore,
    private readonly timers: Timers,
    private readonly timerStore: TimerStore,
    private readonly executor: RunExecutor,
    private readonly caller: AppCaller,
    private readonly clock: Clock,
    private readonly ids: Ids,
    bell: Bell,
  ) {
    bell.onRing(() => this.wake());
  }

  /** Goes on where the stored state is. */
  start(): void {
    this.isRunning = true;
    this.db.transaction(() => this.queue.recover());
    this.wake();
  }

  /**
   * Makes no new calls and waits for those under way.
   *
   * @param deadlineMs how long, in milliseconds; calls that take longer are made again at the next start
   */
  async drain(deadlineMs: number): Promise<void> {
    this.isRunning = false;
    this.caller.stop();
    this.silence();
    let cancel: Release | undefined;
    const deadline = new Promise<void>((resolve) => {
      cancel = this.clock.after(deadlineMs, resolve, 'background');
    });
    await Promise.race([Promise.allSettled(this.calls), deadline]);
    cancel?.();
    if (this.calls.size > 0) {
      this.logger.warn(
        `${this.calls.size} call(s) did not end in ${deadlineMs} ms; they will be made again.`,
      );
    }
  }

  private wake(): void {
    if (!this.isRunning || this.pass) return;
    // One pass for all that happens in this turn; virtual time waits for it.
    this.pass = this.clock.hold('the queue');
    setImmediate(() => {
      const release = this.pass;
      this.pass = undefined;
      try {
        if (this.isRunning) this.runPass();
      } catch (error) {
        this.logger.error('The queue could not be worked on; trying again.', (error as Error).stack);
        this.alarms.push(this.clock.after(1_000, () => this.wake(), 'due'));
      } finally {
        release?.();
      }
    });
  }

  private runPass(): void {
    this.timers.fireDue();
    while (this.calls.size < MAX_CALLS) {
      const item = this.db.transaction(() => this.queue.take(this.ids.ulid()));
      if (item === 'later') this.wake();
      if (item === undefined || item === 'later') break;
      this.execute(item);
    }
    this.setAlarms();
  }

  private execute(item: QueueItem): void {
    const call = this.executor
      .execute(item)
      .catch((error: unknown) => {
        this.logger.error(`A call of run ${item.runId} could not be carried out.`, (error as Error).stack);
      })
      .finally(() => {
        this.calls.delete(call);
        this.wake();
      });
    this.calls.add(call);
  }

  private setAlarms(): void {
    this.silence();
    // With all workers busy nothing of the queue can move before one of them is done, and that wakes.
    const queue = this.calls.size < MAX_CALLS ? [this.items.nextMoment(), this.gates.nextMoment()] : [];
    const due = [...queue, this.timerStore.next('due')].filter((at) => at !== undefined);
    if (due.length > 0) this.alarmAt(Math.min(...due), 'due');
    for (const kind of ['tick', 'background'] as const) {
      const at = this.timerStore.next(kind);
      if (at !== undefined) this.alarmAt(at, kind);
    }
  }

  private alarmAt(at: number, kind: 'due' | 'tick' | 'background'): void {
    this.alarms.push(this.clock.schedule(at, () => this.wake(), kind));
  }

  private silence(): void {
    for (const cancel of this.alarms.splice(0)) cancel();
  }
}
