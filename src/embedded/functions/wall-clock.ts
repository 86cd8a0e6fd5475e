const DAY_MS = 24 * 60 * 60 * 1_000;

/**
 * The clock on the wall of a time zone. A wall time is what it shows, as if it were UTC, in milliseconds since 1970:
 * where clocks go forward some wall times never are, where they go back some are twice.
 */
export class WallClock {
  private readonly format: Intl.DateTimeFormat;

  /** @throws RangeError when there is no such time zone */
  constructor(zone: string) {
    this.format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  /** What the clock shows at a moment. */
  at(time: number): number {
    return time + this.offset(time);
  }

  /** The moments at which the clock shows this: one, none or two, the earlier first. */
  momentsOf(wall: number): number[] {
    const offsets = new Set([this.offset(wall - DAY_MS), this.offset(wall + DAY_MS)]);
    return [...offsets]
      .map((offset) => wall - offset)
      .filter((time) => this.at(time) === wall)
      .toSorted((a, b) => a - b);
  }

  /** How much the clock is ahead of UTC, in milliseconds. */
  offset(time: number): number {
    const parts = Object.fromEntries(
      this.format.formatToParts(time).map(({ type, value }) => [type, Number(value)]),
    );
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    const shown = Date.UTC(year, month - 1, day, hour, minute, second);
    return shown - Math.floor(time / 1_000) * 1_000;
  }
}
