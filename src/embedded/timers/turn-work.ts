import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { stackOf } from '../../common/error-text.js';
import type { Turn } from '../../common/turn.js';
import { delayAfter } from '../faults/retry-later.js';
import { StoreUnavailableError } from '../store/store-unavailable.error.js';

/**
 * Work that is done in pieces, such as delivering events: works until the turn is over. Returns whether there may be more.
 */
export type PieceOfWork = (turn: Turn) => boolean;

/** Which work there may still be after a turn. */
export interface WorkLeft {
  /** Work for which calls wait: events to deliver, timers to fire. */
  beforeCalls: boolean;
  /** Any work, including work in the background. */
  any: boolean;
}

/** A kind of work, such as firing timers. */
interface Kind {
  readonly name: string;
  readonly isBackground: boolean;
  readonly work: PieceOfWork;
  /** The number of consecutive errors. */
  failures: number;
  /** The steady time up to which this work is paused after an error; 0 if there was none. */
  pausedUntil: number;
}

/** The longest pause after an error, in milliseconds. */
const LONGEST_PAUSE_MS = 60_000;

/**
 * The work that the dispatcher does in every pass besides making calls: timers, deliveries, jobs.
 *
 * Each kind of work handles errors with single items itself. If the work as a whole throws, it is paused for a while, and
 * the other kinds continue.
 */
@Injectable()
export class TurnWork {
  private readonly logger = new Logger('Inngest');
  private readonly kinds: Kind[] = [];

  constructor(private readonly clock: Clock) {}

  /**
   * Adds work that the dispatcher does before it makes the next calls.
   *
   * @param name a plural for log messages
   */
  add(name: string, work: PieceOfWork): void {
    this.kinds.push({ name, work, isBackground: false, failures: 0, pausedUntil: 0 });
  }

  /** Adds work for which calls do not wait. */
  addBackground(name: string, work: PieceOfWork): void {
    this.kinds.push({ name, work, isBackground: true, failures: 0, pausedUntil: 0 });
  }

  /** When the first paused work is tried again, in steady time; undefined if none is paused. */
  get pausedUntil(): number | undefined {
    const times = this.kinds.map((kind) => kind.pausedUntil).filter((at) => at > this.clock.steady());
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /**
   * Does each kind of work for one turn, so that none waits until another is finished.
   *
   * @param isGrouped whether all work is a part of one transaction. An error is then thrown, because it rolls back all of it
   * @throws StoreUnavailableError
   */
  doSome(startTurn: () => Turn, isGrouped = false): WorkLeft {
    const beforeCalls = this.doBeforeCalls(startTurn, isGrouped);
    return { beforeCalls, any: this.doEach(true, startTurn, isGrouped) || beforeCalls };
  }

  /** As {@link doSome}, without the background work. Returns whether there may be more. */
  doBeforeCalls(startTurn: () => Turn, isGrouped = false): boolean {
    return this.doEach(false, startTurn, isGrouped);
  }

  private doEach(isBackground: boolean, startTurn: () => Turn, isGrouped: boolean): boolean {
    return this.kinds
      .filter((kind) => kind.isBackground === isBackground)
      .map((kind) => this.do(kind, startTurn, isGrouped))
      .includes(true);
  }

  private do(kind: Kind, startTurn: () => Turn, isGrouped: boolean): boolean {
    if (kind.pausedUntil > this.clock.steady()) return false;
    try {
      const hasMore = kind.work(startTurn());
      kind.failures = 0;
      return hasMore;
    } catch (error) {
      if (isGrouped || error instanceof StoreUnavailableError) throw error;
      this.pause(kind, error);
      return false;
    }
  }

  private pause(kind: Kind, error: unknown): void {
    kind.failures++;
    kind.pausedUntil =
      this.clock.steady() + Math.min(delayAfter(kind.failures) ?? Infinity, LONGEST_PAUSE_MS);
    if (kind.failures > 1) return;
    this.logger.error(
      `The ${kind.name} failed as a whole; trying them again later. All other work continues.`,
      stackOf(error),
    );
  }
}
