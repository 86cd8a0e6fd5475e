import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { stackOf } from '../../common/error-text.js';
import type { Turn } from '../../common/turn.js';
import { delayAfter } from '../faults/retry-later.js';
import { StoreUnavailableError } from '../store/store-unavailable.error.js';

/** Work that comes in pieces: does some until the turn is over. Returns whether there may be more. */
export type PieceOfWork = (turn: Turn) => boolean;

/** What there may still be to do. */
export interface WorkLeft {
  /** Something that calls wait for: events to deliver, timers to fire. */
  beforeCalls: boolean;
  /** Anything. */
  any: boolean;
}

/** One kind of work, such as the timers. */
interface Kind {
  readonly name: string;
  readonly isBackground: boolean;
  readonly work: PieceOfWork;
  /** How often it threw, one time after another. */
  failures: number;
  /** The steady time before which it is left out; 0 while it works. */
  pausedUntil: number;
}

/** Failed kinds of work are tried again at least this often, in milliseconds. */
const LONGEST_PAUSE_MS = 60_000;

/**
 * What the dispatcher does in every turn besides making calls: timers, deliveries, jobs.
 *
 * Each kind deals with its own items that fail. If a kind itself throws, it is left out for a while and the others go on.
 */
@Injectable()
export class TurnWork {
  private readonly logger = new Logger('Inngest');
  private readonly kinds: Kind[] = [];

  constructor(private readonly clock: Clock) {}

  /**
   * Adds work that is done before the next calls.
   *
   * @param name for people, in the plural
   */
  add(name: string, work: PieceOfWork): void {
    this.kinds.push({ name, work, isBackground: false, failures: 0, pausedUntil: 0 });
  }

  /** Adds work that calls do not wait for. */
  addBackground(name: string, work: PieceOfWork): void {
    this.kinds.push({ name, work, isBackground: true, failures: 0, pausedUntil: 0 });
  }

  /** When the first kind that failed is tried again, in steady time; undefined if none failed. */
  get pausedUntil(): number | undefined {
    const times = this.kinds.map((kind) => kind.pausedUntil).filter((at) => at > this.clock.steady());
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /**
   * Does some of each kind, so that none waits for the end of another.
   *
   * @param isGrouped whether all of it is one transaction: then an error is thrown, because the transaction is lost
   * @throws StoreUnavailableError
   */
  doSome(startTurn: () => Turn, isGrouped = false): WorkLeft {
    const beforeCalls = this.doBeforeCalls(startTurn, isGrouped);
    return { beforeCalls, any: this.doEach(true, startTurn, isGrouped) || beforeCalls };
  }

  /** As {@link doSome}, without the work in the background. Returns whether there may be more. */
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
      `The ${kind.name} failed as a whole. Everything else goes on, and the ${kind.name} are tried again.`,
      stackOf(error),
    );
  }
}
