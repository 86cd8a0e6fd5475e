import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { StoreUnavailableError } from '../store/store-unavailable.error.js';
import type { Turn } from './turn.js';
import { stackOf } from '../../common/error-text.js';

/** Work that comes in pieces: does some until the turn is over. Returns whether there may be more. */
export type PieceOfWork = (turn: Turn) => boolean;

/** What there may still be to do. */
export interface WorkLeft {
  /** Something that calls wait for: events to deliver, timers to fire. */
  beforeCalls: boolean;
  /** Anything. */
  any: boolean;
}

/** How long a kind of work rests after an error, in milliseconds. Doubles with each error in a row. */
const FIRST_REST_MS = 250;
const LONGEST_REST_MS = 30_000;

interface Kind {
  /** As log lines name it, such as "timers". */
  readonly name: string;
  readonly work: PieceOfWork;
  errorsInARow: number;
  /** Steady time before which it is not tried again, after an error. */
  restsUntil: number;
}

/**
 * What the dispatcher does in every turn, beside making calls: timers, deliveries, jobs.
 *
 * Each item of a kind has its own retries. An error outside any item, such as one while reading what is due, lets that
 * kind rest; the others go on.
 */
@Injectable()
export class TurnWork {
  private readonly logger = new Logger('Inngest');
  private readonly kinds: Kind[] = [];
  private readonly background: Kind[] = [];

  constructor(private readonly clock: Clock) {}

  /** Adds work that goes before the next calls. */
  add(name: string, work: PieceOfWork): void {
    this.kinds.push({ name, work, errorsInARow: 0, restsUntil: 0 });
  }

  /** Adds work that calls are made beside. */
  addBackground(name: string, work: PieceOfWork): void {
    this.background.push({ name, work, errorsInARow: 0, restsUntil: 0 });
  }

  /**
   * Does some of each kind, so that none waits for the end of another.
   *
   * @throws StoreUnavailableError
   */
  doSome(startTurn: () => Turn): WorkLeft {
    const beforeCalls = this.doBeforeCalls(startTurn);
    return { beforeCalls, any: this.doEach(this.background, startTurn) || beforeCalls };
  }

  /** As {@link doSome}, without the work in the background. Returns whether there may be more. */
  doBeforeCalls(startTurn: () => Turn): boolean {
    return this.doEach(this.kinds, startTurn);
  }

  /** When a kind that rests after an error is to be tried again, as steady time; undefined if none rests. */
  next(): number | undefined {
    const ends = [...this.kinds, ...this.background].map(({ restsUntil }) => restsUntil);
    const resting = ends.filter((end) => end > this.clock.steady());
    return resting.length === 0 ? undefined : Math.min(...resting);
  }

  private doEach(kinds: readonly Kind[], startTurn: () => Turn): boolean {
    return kinds.map((kind) => this.doKind(kind, startTurn)).includes(true);
  }

  private doKind(kind: Kind, startTurn: () => Turn): boolean {
    if (this.clock.steady() < kind.restsUntil) return false;
    try {
      const hasMore = kind.work(startTurn());
      kind.errorsInARow = 0;
      return hasMore;
    } catch (error) {
      if (error instanceof StoreUnavailableError) throw error;
      const rest = Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** kind.errorsInARow);
      kind.errorsInARow += 1;
      kind.restsUntil = this.clock.steady() + rest;
      this.logger.error(
        `The ${kind.name} could not be worked on; tried again in ${rest} ms.`,
        stackOf(error),
      );
      return false;
    }
  }
}
