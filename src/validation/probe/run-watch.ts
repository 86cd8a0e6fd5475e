import type { FunctionRun } from '../environment/target-api.js';
import { mapLimited } from './map-limited.js';

/** The source from which a watch reads runs. */
export interface RunSource {
  /** The demo task's runs that an event started, oldest first. */
  runsOf(eventId: string): Promise<readonly FunctionRun[]>;
  /** The demo task's runs that were queued since a time, in milliseconds since 1970. */
  runsSince(from: number): Promise<readonly FunctionRun[]>;
}

/** How many requests are sent at the same time. More would only wait for each other. */
export const ASKED_AT_ONCE = 8;

/** How far the clocks of two machines may differ, in milliseconds. */
const CLOCKS_DIFFER_MS = 5_000;

/**
 * Watches until the first run of each event has ended. One list shows which runs have not ended, however many there
 * are. For the other events it reads the runs of the event itself.
 */
export class RunWatch {
  /** The ended runs by the id of their event. */
  readonly ended = new Map<string, FunctionRun>();

  /** @param since the time at which the first event was sent, in milliseconds since 1970 */
  constructor(
    private readonly source: RunSource,
    private readonly eventIds: readonly string[],
    private readonly since: number,
  ) {}

  /** Reads the runs once. @returns whether all have ended */
  async look(): Promise<boolean> {
    const open = this.eventIds.filter((id) => !this.ended.has(id));
    const worthAsking = open.length > 1 ? await this.notKnownToGoOn(open) : open;
    await mapLimited(worthAsking, ASKED_AT_ONCE, async (eventId) => {
      const [run] = await this.source.runsOf(eventId);
      // Without an end time the status may still change.
      if (run?.endedAt !== undefined) this.ended.set(eventId, run);
    });
    return this.ended.size === this.eventIds.length;
  }

  private async notKnownToGoOn(eventIds: readonly string[]): Promise<string[]> {
    const listed = await this.source.runsSince(this.since - CLOCKS_DIFFER_MS);
    const goesOn = new Set(
      listed.filter(({ endedAt }) => endedAt === undefined).flatMap((run) => run.eventIds),
    );
    return eventIds.filter((id) => !goesOn.has(id));
  }
}
