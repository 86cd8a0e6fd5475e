import type { FunctionRun } from '../environment/target-api.js';
import { mapLimited } from './map-limited.js';

/** Where a watch asks about runs. */
export interface RunSource {
  /** The demo task's runs that an event has caused, oldest first. */
  runsOf(eventId: string): Promise<readonly FunctionRun[]>;
  /** The demo task's runs that were queued from a moment on, in milliseconds since 1970. */
  runsSince(from: number): Promise<readonly FunctionRun[]>;
}

/** How many questions are asked at a time: more only wait for each other. */
export const ASKED_AT_ONCE = 8;

/** The clocks of two machines differ a little, in milliseconds. */
const CLOCKS_DIFFER_MS = 5_000;

/**
 * Watches for the first run of each event to end. One list tells of all of them, however many there are; what it says is
 * asked again of the event itself.
 */
export class RunWatch {
  /** By the id of the event. */
  readonly ended = new Map<string, FunctionRun>();

  /** @param since when the first of the events was sent, in milliseconds since 1970 */
  constructor(
    private readonly source: RunSource,
    private readonly eventIds: readonly string[],
    private readonly since: number,
  ) {}

  /** @returns whether all have ended */
  async look(): Promise<boolean> {
    const open = this.eventIds.filter((id) => !this.ended.has(id));
    const worthAsking = open.length > 1 ? await this.notKnownToGoOn(open) : open;
    await mapLimited(worthAsking, ASKED_AT_ONCE, async (eventId) => {
      const [run] = await this.source.runsOf(eventId);
      // A status without an end time may change again, whatever it says.
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
