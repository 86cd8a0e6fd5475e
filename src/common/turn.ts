import { performance } from 'node:perf_hooks';

/**
 * How long each kind of work (timers, deliveries, jobs, calls) goes on before the next has its turn, in milliseconds of
 * real time. After all of them the process does something else: one loop serves
 * the engine, its HTTP face and the user's worker.
 */
const TURN_MS = 5;

/** One turn of the engine. Work that comes in pieces asks after each piece whether the turn is over. */
export class Turn {
  private readonly endsAt = performance.now() + TURN_MS;

  get isOver(): boolean {
    return performance.now() >= this.endsAt;
  }
}
