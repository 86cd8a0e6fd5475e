import { Injectable, Logger } from '@nestjs/common';
import { Clock, type Release } from '../../clock/index.js';
import { PatientStore } from '../faults/patient-store.js';
import { Wakeup } from '../notices/notices.js';
import { CallQueue, MAX_CALLS } from '../queue/call-queue.js';
import { Database, StoreUnavailableError } from '../store/database.js';
import { isTaken } from '../store/store-unavailable.error.js';
import { Ids } from '../store/ids.js';
import { JobStore } from '../store/job.store.js';
import { OutboxStore } from '../store/outbox.store.js';
import type { QueueItem } from '../store/queue.store.js';
import { TimerStore } from '../store/timer.store.js';
import { TurnWork } from '../timers/turn-work.js';
import { Turn } from '../../common/turn.js';
import { Alarms } from './alarms.js';
import { AppCaller } from './app-caller.js';
import { Recovery } from './recovery.js';
import { RunExecutor, type PreparedCall } from './run-executor.js';
import { stackOf } from '../../common/error-text.js';

/** How often the dispatcher looks for calls that are stored as running although it is not making them. */
const SWEEP_EVERY_MS = 30_000;

/**
 * How many turns the dispatcher may spend on timers and events alone before it makes calls. The wait lets all runs of one
 * request be queued before the first is called, so that their priorities count. The limit keeps a flood of events from
 * stopping calls.
 */
const MAX_TURNS_WITHOUT_CALLS = 40;

/** The longest time for which a stop waits for a data file that another process has locked, in milliseconds. */
const STOP_PATIENCE_MS = 5_000;

/**
 * How long the dispatcher waits, in milliseconds, after a pass that failed because of an unavailable data file or a bug.
 */
const PAUSE_MS = 250;

/** A call that is stored as running and that the dispatcher is about to make. */
interface TakenCall {
  item: QueueItem;
  prepared: PreparedCall;
}

/**
 * The main loop: delivers events, fires timers, makes the calls that flow control allows, and sleeps until the next moment.
 */
@Injectable()
export class Dispatcher {
  private readonly logger = new Logger('Inngest');
  /** The calls under way, by the id of their queue item. */
  private readonly calls = new Map<string, { generation: number; ended: Promise<void> }>();
  private nextSweep: Release | undefined;
  private pass: Release | undefined;
  private turnsWithoutCalls = 0;
  private isRunning = false;

  constructor(
    private readonly db: Database,
    private readonly queue: CallQueue,
    private readonly alarms: Alarms,
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
    private readonly wakeup: Wakeup,
  ) {
    wakeup.onWakeup(() => this.wake());
    store.endGroupsWith((turn) => this.joinGroup(turn));
  }

  /**
   * Continues from the stored state. Timers, events and jobs that were set aside are tried again.
   *
   * @throws StoreUnavailableError when the data file stays unavailable
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
   * @param deadlineMs how long to wait, in milliseconds; the next start makes calls again that took longer
   */
  async drain(deadlineMs: number): Promise<void> {
    this.isRunning = false;
    this.caller.stop();
    this.nextSweep?.();
    this.alarms.silence();
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
        `${this.calls.size} call(s) did not end within ${deadlineMs} ms; the next start makes them again.`,
      );
    }
  }

  private wake(): void {
    if (!this.isRunning || this.pass) return;
    // All wake-ups of this turn share one pass. The hold keeps a virtual clock from advancing before it.
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
      // With MAX_CALLS under way the end of a call wakes the dispatcher.
      else this.alarms.setForNext(this.calls.size < MAX_CALLS, () => this.wake());
    } finally {
      // They are stored as running, so they are made even if the pass failed after it took them.
      for (const call of taken) this.execute(call);
    }
  }

  /**
   * Delivers events, fires timers and takes calls in one transaction: one commit costs less than a commit for each of them.
   * If one fails, the pass is done again with a transaction for each, so that only the one that fails is rolled back.
   *
   * @param taken receives the calls that were taken
   * @throws StoreUnavailableError
   */
  private doPass(taken: TakenCall[]): { hasMore: boolean } {
    if (!this.alarms.isAnythingDue()) return { hasMore: false };
    try {
      return this.db.transaction(() => this.doParts(taken, true));
    } catch (error) {
      taken.length = 0;
      if (error instanceof StoreUnavailableError) throw error;
      return this.doParts(taken, false);
    }
  }

  /**
   * Delivers the events of a turn, and takes the calls that its events and answers made possible, in the transaction that
   * stores them. That saves the commit of a separate pass. What it leaves, the pass after the commit does.
   */
  private joinGroup(turn: Turn): void {
    if (!this.isRunning || !this.wakeup.isPending || turn.isOver || !this.alarms.isAnythingDue()) return;
    const taken: TakenCall[] = [];
    this.db.afterCommit(() => {
      for (const call of taken) this.execute(call);
    });
    const hasMore = this.work.doBeforeCalls(() => turn, true);
    // In virtual time calls wait for all other work.
    if (!hasMore && !(this.clock.isVirtual && this.alarms.isJobDue())) this.takeCalls(taken, turn);
  }

  private doParts(taken: TakenCall[], isGrouped: boolean): { hasMore: boolean } {
    const left = this.work.doSome(() => new Turn(), isGrouped);
    // In virtual time calls wait for all other work, so that their order does not depend on the speed of the machine.
    const isTaken =
      !this.needsToWait(this.clock.isVirtual ? left.any : left.beforeCalls) &&
      this.takeCalls(taken, new Turn());
    return { hasMore: left.any || !isTaken };
  }

  /** In virtual time calls always wait for other work; otherwise only for {@link MAX_TURNS_WITHOUT_CALLS} turns. */
  private needsToWait(hasMore: boolean): boolean {
    this.turnsWithoutCalls = hasMore ? this.turnsWithoutCalls + 1 : 0;
    if (!hasMore) return false;
    if (this.clock.isVirtual || this.turnsWithoutCalls < MAX_TURNS_WITHOUT_CALLS) return true;
    this.turnsWithoutCalls = 0;
    return false;
  }

  /** Returns false when there may be further calls to take, which need another turn. */
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

  /**
   * Takes a call from the queue and prepares it. Returns `ended` when its run has ended, so that there is nothing to call.
   */
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
      this.logger.error('Taking a call from the queue failed; trying again.', stackOf(error));
      return 'later';
    }
  }

  private execute({ item, prepared }: TakenCall): void {
    const ended = this.executor
      .execute(item, prepared)
      .catch((error: unknown) => {
        if (isTaken(error)) return;
        this.logger.error(
          `Storing the result of a call of run ${item.runId} failed; the call is made again.`,
          stackOf(error),
        );
      })
      .finally(() => {
        // The transaction that requeued the call may have taken it again.
        if (this.calls.get(item.id)?.generation === item.generation) this.calls.delete(item.id);
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
      if (found > 0) {
        this.logger.error(`${found} call(s) were stored as running, but not under way; they are made again.`);
      }
    } catch (error) {
      if (isTaken(error)) return;
      this.logger.error(
        'Looking for calls that are stored as running, but not under way, failed.',
        stackOf(error),
      );
    }
  }

  private pauseAfter(error: unknown): void {
    if (error instanceof StoreUnavailableError) this.store.failed(error);
    else this.logger.error('A pass of the dispatcher failed; trying again.', stackOf(error));
    this.alarms.setIn(PAUSE_MS, 'due', () => this.wake());
  }
}
