import { performance } from 'node:perf_hooks';

/**
 * How long the engine works before it lets the process do something else, in milliseconds of real time: one loop serves
 * the engine, its HTTP face and the user's worker.
 */
const TURN_MS = 10;

/** One turn of the engine. Work that comes in pieces asks after each piece whether the turn is over. */
export class Turn {
  private readonly endsAt = performance.now() + TURN_MS;

  get isOver(): boolean {
    return performance.now() >= this.endsAt;
  }
}
