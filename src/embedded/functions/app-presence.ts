import { Injectable } from '@nestjs/common';
import { Clock } from '../../clock/index.js';

/**
 * How long a server that has just started waits for the apps it knows, in milliseconds: a worker in the same process
 * listens a moment later, and one that is being restarted too takes about as long.
 */
const GRACE_MS = 10_000;

/**
 * Which apps a server that has started again is still waiting for. Calls to them are put off meanwhile: an app that is
 * not up yet would otherwise cost each run an attempt, and 15 to 45 s.
 */
@Injectable()
export class AppPresence {
  private readonly awaited = new Set<string>();
  private graceEnds = 0;
  /** How often each app has registered since the start, by its id. */
  private readonly counts = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** @param appIds the apps that were registered before this start */
  await(appIds: readonly string[]): void {
    this.graceEnds = this.clock.steady() + GRACE_MS;
    for (const id of appIds) this.awaited.add(id);
  }

  /** Until when calls to the app are put off, in milliseconds of steady time; undefined when they can be made. */
  awaitedUntil(appId: string): number | undefined {
    return this.awaited.has(appId) && this.clock.steady() < this.graceEnds ? this.graceEnds : undefined;
  }

  isAwaited(appId: string): boolean {
    return this.awaited.has(appId);
  }

  /** How often each app has registered since the start, by its id, whatever that changed. */
  registrations(): ReadonlyMap<string, number> {
    return new Map(this.counts);
  }

  /** The app has registered. */
  arrived(appId: string): void {
    this.counts.set(appId, (this.counts.get(appId) ?? 0) + 1);
    this.awaited.delete(appId);
  }
}
