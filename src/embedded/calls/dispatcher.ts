import { Injectable, Logger } from '@nestjs/common';
import { Clock, type Release, type AlarmKind } from '../../clock/index.js';
import { PatientStore } from '../faults/patient-store.js';
import { Wakeup } from '../notices/notices.js';
import { CallQueue, MAX_CALLS } from '../queue/call-queue.js';
import { Database, StoreUnavailableError } from '../store/database.js';
import { isTaken } from '../store/store-unavailable.error.js';
import { Ids } from '../store/ids.js';
import { JobStore } from '../store/job.store.js';
import { LimitStore } from '../store/limit.store.js';
import { OutboxStore } from '../store/outbox.store.js';
import { QueueStore, type QueueItem } from '../store/queue.store.js';
import { TimerStore } from '../store/timer.store.js';
import { TurnWork } from '../timers/turn-work.js';
import { Turn } from '../../common/turn.js';
import { AppCaller } from './app-caller.js';
import { Recovery } from './recovery.js';
import { RunExecutor, type PreparedCall } from './run-executor.js';
import { stackOf } from '../../common/error-text.js';

/** How often calls are looked for that are stored as running and that nobody makes. */
const SWEEP_EVERY_MS = 30_000;

/**
 * How many turns may pass without a call while timers fire and events are delivered. The wait lets all runs of one
 * request be queued before the first is called, so that their priorities count. Its end keeps a flood of events from
 * stopping calls.
 */
const MOST_TURNS_WITHOUT_CALLS = 40;

/** How long a stop waits for a data file that another process holds, at most, in milliseconds. */
const STOP_PATIENCE_MS = 5_000;

/** How long to wait after a turn that could not be worked on, because the data file is unavailable or by a bug. */
const PAUSE_MS = 250;

/** A call that is stored as running and is about to be made. */
interface TakenCall {
  item: QueueItem;
  prepared: PreparedCall;
}

/** Keeps things going: does what is due, makes the calls that flow control allows, and wakes for the next time. */
@Injectable()
export class Dispatcher {
  private readonly logger = new Logger('Inngest');
  /** The calls under way, by the id of their queue item. */
  private readonly calls = new Map<string, { generation: number; ended: Promise<void> }>();
  private readonly alarms: Release[] = [];
  private nextSweep: Release | undefined;
  private pass: Release | undefined;
  private turnsWithoutCalls = 0;
  private isRunning = false;

  constructor(
    private readonly db: Database,
    private readonly queue: CallQueue,
    private readonly items: QueueStore,
    private readonly limits: LimitStore,
    private readonly work: TurnWork,
    private readonly timerStore: TimerStore,
    private readonly outbox: OutboxStore,
    private readonly jobs: JobStore,
    private readonly executor: RunExecutor,
    private readonly caller: AppCaller,
    private readonly store: PatientStore,
    private readonly recovery: Recovery,
    private readonly clock: Clock,
    private readonly ids: Ids,
    wakeup: Wakeup,
  ) {
    wakeup.onWakeup(() => this.wake());
  }

  /**
   * Goes on where the stored state is. What was set aside is tried again.
   *
   * @throws StoreUnavailableError when the data file cannot be written for a while
   */
  async start(): Promise<void> {
    await this.recovery.recover();
    await this.store.forRequest(() => {
      this.timerStore.takeBack({ wall: this.clock.now(), steady: this.clock.steady() });
      this.outbox.takeBack(this.clock.steady());
      this.jobs.takeBack(this.clock.steady());
    });
    this.isRunning = true;
    this.scheduleSweep();
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
    this.nextSweep?.();
    this.silence();
    let cancel: Release | undefined;
    const deadline = new Promise<void>((resolve) => {
      cancel = this.clock.after(deadlineMs, resolve, 'background');
    });
    const ended = Promise.allSettled([...this.calls.values()].map((call) => call.ended));
    await Promise.all([
      this.recovery.stopping(Math.min(deadlineMs, STOP_PATIENCE_MS)),
      Promise.race([ended, deadline]),
    ]);
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
        this.pauseAfter(error);
      } finally {
        release?.();
      }
    });
  }

  private runPass(): void {
    const taken: TakenCall[] = [];
    try {
      const { hasMore } = this.doPass(taken);
      this.store.succeeded();
      if (hasMore) this.wake();
      else this.setAlarms();
    } finally {
      // Also if the pass failed after it had taken them: they are stored as running.
      for (const call of taken) this.execute(call);
    }
  }

  /**
   * Does what is due and takes calls, as one transaction: one commit costs less than one for each timer, event and call.
   * If a part fails, each part is done again as a transaction of its own, so that the one that fails changes nothing else.
   *
   * @param taken is given the calls that were taken
   * @throws StoreUnavailableError
   */
  private doPass(taken: TakenCall[]): { hasMore: boolean } {
    if (!this.isAnythingDue()) return { hasMore: false };
    try {
      return this.db.transaction(() => this.doParts(taken, true));
    } catch (error) {
      taken.length = 0;
      if (error instanceof StoreUnavailableError) throw error;
      return this.doParts(taken, false);
    }
  }

  /** Asks only for what the stores remember: most wake-ups find nothing to do, and a transaction costs 0.1 ms. */
  private isAnythingDue(): boolean {
    const steady = this.clock.steady();
    const times = [this.outbox.next(), this.jobs.next(), this.items.nextReady(), this.limits.nextOpening()];
    return (
      times.some((at) => at !== undefined && at <= steady) ||
      this.timerStore.isAnyDue({ wall: this.clock.now(), steady }) ||
      this.limits.hasOpenCalls()
    );
  }

  private doParts(taken: TakenCall[], isGrouped: boolean): { hasMore: boolean } {
    const left = this.work.doSome(() => new Turn(), isGrouped);
    // In virtual time calls wait for all work, so that their order is the same however slow the machine is.
    const isTaken =
      !this.needsToWait(this.clock.isVirtual ? left.any : left.beforeCalls) &&
      this.takeCalls(taken, new Turn());
    return { hasMore: left.any || !isTaken };
  }

  /** In virtual time calls always wait, so that their order is the same however slow the machine is. */
  private needsToWait(hasMore: boolean): boolean {
    this.turnsWithoutCalls = hasMore ? this.turnsWithoutCalls + 1 : 0;
    if (!hasMore) return false;
    if (this.clock.isVirtual || this.turnsWithoutCalls < MOST_TURNS_WITHOUT_CALLS) return true;
    this.turnsWithoutCalls = 0;
    return false;
  }

  /** Returns whether every call is taken that may be made now. */
  private takeCalls(taken: TakenCall[], turn: Turn): boolean {
    while (this.calls.size + taken.length < MAX_CALLS) {
      const call = this.take();
      if (call === undefined) return true;
      if (call === 'later') return false;
      if (call !== 'ended') taken.push(call);
      if (turn.isOver) return false;
    }
    return true;
  }

  /** Takes a call from the queue and prepares it. `ended`: its run has ended, and there is nothing to call. */
  private take(): TakenCall | 'ended' | 'later' | undefined {
    try {
      return this.db.transaction(() => {
        const item = this.queue.take(this.ids.ulid());
        if (item === undefined || item === 'later') return item;
        const prepared = this.executor.prepare(item);
        return prepared ? { item, prepared } : 'ended';
      });
    } catch (error) {
      if (error instanceof StoreUnavailableError) throw error;
      if (!this.db.transaction(() => this.queue.putOffCandidate(error))) throw error;
      this.logger.error('A call could not be taken from the queue; it is tried again.', stackOf(error));
      return 'later';
    }
  }

  private execute({ item, prepared }: TakenCall): void {
    const ended = this.executor
      .execute(item, prepared)
      .catch((error: unknown) => {
        if (isTaken(error)) return;
        this.logger.error(
          `The end of a call of run ${item.runId} could not be stored; the call is made again.`,
          stackOf(error),
        );
      })
      .finally(() => {
        this.calls.delete(item.id);
        this.wake();
      });
    this.calls.set(item.id, { generation: item.generation, ended });
  }

  private scheduleSweep(): void {
    this.nextSweep = this.clock.after(
      SWEEP_EVERY_MS,
      () => void this.sweep().finally(() => this.isRunning && this.scheduleSweep()),
      'background',
    );
  }

  private async sweep(): Promise<void> {
    if (!this.isRunning) return;
    const isUnderWay = ({ id, generation }: QueueItem): boolean =>
      this.calls.get(id)?.generation === generation;
    try {
      const found = await this.store.untilStored(() => this.queue.sweep(isUnderWay));
      if (found > 0) this.logger.error(`${found} call(s) had no end; they are made again.`);
    } catch (error) {
      if (isTaken(error)) return;
      this.logger.error('Calls without an end could not be looked for.', stackOf(error));
    }
  }

  private pauseAfter(error: unknown): void {
    if (error instanceof StoreUnavailableError) this.store.failed(error);
    else this.logger.error('The queue could not be worked on; trying again.', stackOf(error));
    this.alarms.push(this.clock.after(PAUSE_MS, () => this.wake(), 'due'));
  }

  private setAlarms(): void {
    this.silence();
    // With all workers busy nothing of the queue can move before one of them is done, and that wakes.
    const queue =
      this.calls.size < MAX_CALLS
        ? [this.items.nextReady(), this.limits.nextOpening(), this.queue.heldUntil]
        : [];
    const due = [...queue, this.outbox.next(), this.jobs.next()].filter((at) => at !== undefined);
    for (const kind of ['due', 'tick', 'background'] as const) {
      const date = this.timerStore.next(kind, 'wall');
      if (date !== undefined) this.alarmIn(date - this.clock.now(), kind, date);
      const duration = this.timerStore.next(kind, 'steady');
      const ends = [...(duration === undefined ? [] : [duration]), ...(kind === 'due' ? due : [])];
      const waits = ends.map((at) => this.untilRetried(at - this.clock.steady()));
      if (waits.length > 0) this.alarmIn(Math.min(...waits), kind);
    }
  }

  /** @param date on the wall clock, if the alarm is for a date */
  private alarmIn(ms: number, kind: AlarmKind, date?: number): void {
    const wait = this.untilRetried(ms);
    this.alarms.push(
      date === undefined || wait !== ms
        ? this.clock.after(wait, () => this.wake(), kind)
        : this.clock.schedule(date, () => this.wake(), kind),
    );
  }

  /** What is still due after a pass belongs to a kind of work that failed: it waits until that is tried again. */
  private untilRetried(ms: number): number {
    const { pausedUntil } = this.work;
    return ms > 0 || pausedUntil === undefined ? ms : pausedUntil - this.clock.steady();
  }

  private silence(): void {
    for (const cancel of this.alarms.splice(0)) cancel();
  }
}
