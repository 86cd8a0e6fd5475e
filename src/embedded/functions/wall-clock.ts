const DAY_MS = 24 * 60 * 60 * 1_000;

/**
 * The wall clock of a time zone. A wall time is its local time in milliseconds since 1970, as if the zone were UTC. When
 * clocks go forward, some wall times never occur; when they go back, some occur twice.
 */
export class WallClock {
  private readonly format: Intl.DateTimeFormat;

  /** @throws RangeError when the time zone does not exist */
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

  /** The wall time at a time. */
  at(time: number): number {
    return time + this.offset(time);
  }

  /** The times at which the clock shows this wall time: none, one or two, the earlier first. */
  timesOf(wall: number): number[] {
    const offsets = new Set([this.offset(wall - DAY_MS), this.offset(wall + DAY_MS)]);
    return [...offsets]
      .map((offset) => wall - offset)
      .filter((time) => this.at(time) === wall)
      .toSorted((a, b) => a - b);
  }

  /** How far the clock is ahead of UTC, in milliseconds. */
  offset(time: number): number {
    const parts = Object.fromEntries(
      this.format.formatToParts(time).map(({ type, value }) => [type, Number(value)]),
    );
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    const shown = Date.UTC(year, month - 1, day, hour, minute, second);
    return shown - Math.floor(time / 1_000) * 1_000;
  }
}
