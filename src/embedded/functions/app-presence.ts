import { Injectable } from '@nestjs/common';
import { Clock } from '../../clock/index.js';

/**
 * How long a server that has just started waits for the apps that were registered before, in milliseconds. A worker in the
 * same process listens soon after the server, and one that restarts at the same time takes about as long.
 */
const GRACE_MS = 10_000;

/**
 * Knows which apps a restarted server still waits for. The server delays calls to them: if an app does not listen yet, each
 * run would lose an attempt and 15 to 45 s.
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

  /** Until when calls to the app are delayed, in milliseconds of steady time; undefined if they can be made. */
  awaitedUntil(appId: string): number | undefined {
    return this.awaited.has(appId) && this.clock.steady() < this.graceEnds ? this.graceEnds : undefined;
  }

  isAwaited(appId: string): boolean {
    return this.awaited.has(appId);
  }

  /** How often each app has registered since the start, by its id. It counts registrations that changed nothing, too. */
  registrations(): ReadonlyMap<string, number> {
    return new Map(this.counts);
  }

  /** Records that the app has registered. */
  arrived(appId: string): void {
    this.counts.set(appId, (this.counts.get(appId) ?? 0) + 1);
    this.awaited.delete(appId);
  }
}
