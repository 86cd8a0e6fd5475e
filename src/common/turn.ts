import { performance } from 'node:perf_hooks';

/**
 * How long each kind of work (timers, deliveries, jobs, calls) may run before the next kind, in milliseconds of real
 * time. After all kinds the process does other work, because one event loop serves the engine, its HTTP API and the
 * user's worker.
 */
const TURN_MS = 5;

/** One turn of the engine. Work in pieces checks after each piece whether the turn is over. */
export class Turn {
  private readonly endsAt = performance.now() + TURN_MS;

  get isOver(): boolean {
    return performance.now() >= this.endsAt;
  }
}
