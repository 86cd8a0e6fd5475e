import { isDamaged } from '../store/stored-json.js';
import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { delayAfter, describeError } from '../faults/retry-later.js';
import { Wakeup } from '../notices/notices.js';
import { Database, StoreUnavailableError } from '../store/database.js';
import { TimerStore, type BothTimes, type Timer } from '../store/timer.store.js';
import { TurnWork } from './turn-work.js';
import type { Turn } from '../../common/turn.js';
import { stackOf } from '../../common/error-text.js';

export type TimerHandler = (timer: Timer) => void;

/** How many due timers one query reads. */
const TIMERS_PER_PAGE = 200;

/**
 * Fires timers: moments at which the server has something to do that is not a call to an app. Each kind of timer has one
 * handler; each timer is a transaction. If a handler throws, its timer is tried again later, and set aside after 8 errors;
 * other timers fire meanwhile.
 */
@Injectable()
export class Timers {
  private readonly logger = new Logger('Inngest');
  private readonly handlers = new Map<string, TimerHandler>();

  constructor(
    private readonly store: TimerStore,
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly wakeup: Wakeup,
    turnWork: TurnWork,
  ) {
    turnWork.add('timers', (turn) => this.fireDue(turn));
  }

  on(kind: string, handler: TimerHandler): void {
    this.handlers.set(kind, handler);
  }

  set(timer: Omit<Timer, 'clock' | 'failures'> & { clock?: Timer['clock'] }): void {
    this.store.set({ clock: 'due', failures: 0, ...timer });
    this.wakeup.afterCommit();
  }

  remove(id: string): void {
    this.store.remove(id);
  }

  /**
   * Fires the timers that are due, until the turn is over.
   *
   * @returns whether there may be more
   * @throws StoreUnavailableError
   */
  private fireDue(turn: Turn): boolean {
    for (;;) {
      const due = this.store.due(this.now(), TIMERS_PER_PAGE);
      for (const timer of due) {
        this.fire(timer);
        if (turn.isOver) return true;
      }
      if (due.length < TIMERS_PER_PAGE) return false;
    }
  }

  private fire({ id }: Timer): void {
    try {
      this.db.transaction(() => {
        // A timer that fired just before may have removed or moved this one.
        const timer = this.store.get(id);
        if (!timer || timer.at > this.now()[timer.scale]) return;
        this.store.remove(id);
        const handler = this.handlers.get(timer.kind);
        if (isDamaged(timer.payload)) throw new Error(`The row of the timer "${id}" is damaged.`);
        if (!handler) throw new Error(`No handler for timers of kind "${timer.kind}".`);
        handler(timer);
      });
    } catch (error) {
      if (error instanceof StoreUnavailableError) throw error;
      this.db.transaction(() => this.retryLater(id, error));
    }
  }

  private retryLater(id: string, error: unknown): void {
    const timer = this.store.get(id);
    if (!timer) return;
    const failures = timer.failures + 1;
    const delay = delayAfter(failures);
    const what = `The timer "${id}"${timer.runId === null ? '' : ` of run ${timer.runId}`}`;
    if (delay === undefined) {
      this.store.setAside(id, describeError(error), this.clock.now());
      this.logger.error(
        `${what} failed ${failures} times and is set aside until the next start.`,
        stackOf(error),
      );
    } else {
      this.store.retry(id, { at: this.now()[timer.scale] + delay, failures, error: describeError(error) });
      if (failures === 1) {
        this.logger.error(`${what} failed; trying again later.`, stackOf(error));
      }
    }
  }

  private now(): BothTimes {
    return { wall: this.clock.now(), steady: this.clock.steady() };
  }
}
