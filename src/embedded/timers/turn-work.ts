import { Injectable } from '@nestjs/common';
import type { Turn } from '../../common/turn.js';

/** Work that comes in pieces: does some until the turn is over. Returns whether there may be more. */
export type PieceOfWork = (turn: Turn) => boolean;

/** What there may still be to do. */
export interface WorkLeft {
  /** Something that calls wait for: events to deliver, timers to fire. */
  beforeCalls: boolean;
  /** Anything. */
  any: boolean;
}

/** What the dispatcher does in every turn, beside making calls: timers, deliveries, jobs. */
@Injectable()
export class TurnWork {
  private readonly work: PieceOfWork[] = [];
  private readonly background: PieceOfWork[] = [];

  /** Adds work that goes before the next calls. */
  add(work: PieceOfWork): void {
    this.work.push(work);
  }

  /** Adds work that calls are made beside. */
  addBackground(work: PieceOfWork): void {
    this.background.push(work);
  }

  /** Does some of each kind, so that none waits for the end of another. */
  doSome(startTurn: () => Turn): WorkLeft {
    const beforeCalls = this.doBeforeCalls(startTurn);
    return { beforeCalls, any: doEach(this.background, startTurn) || beforeCalls };
  }

  /** As {@link doSome}, without the work in the background. Returns whether there may be more. */
  doBeforeCalls(startTurn: () => Turn): boolean {
    return doEach(this.work, startTurn);
  }
}

function doEach(list: readonly PieceOfWork[], startTurn: () => Turn): boolean {
  return list.map((work) => work(startTurn())).includes(true);
}
