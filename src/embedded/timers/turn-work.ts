import { Injectable } from '@nestjs/common';
import type { Turn } from './turn.js';

/** Work that comes in pieces: does some until the turn is over. Returns whether there may be more. */
export type PieceOfWork = (turn: Turn) => boolean;

/** What the dispatcher does in every turn, beside making calls: timers, deliveries, jobs. */
@Injectable()
export class TurnWork {
  private readonly work: PieceOfWork[] = [];

  add(work: PieceOfWork): void {
    this.work.push(work);
  }

  /**
   * Does some of each kind, so that none waits for the end of another.
   *
   * @returns whether there may be more
   */
  doSome(startTurn: () => Turn): boolean {
    return this.work.map((work) => work(startTurn())).includes(true);
  }
}
