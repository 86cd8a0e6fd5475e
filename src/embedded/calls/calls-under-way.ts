import { Injectable } from '@nestjs/common';
import { Clock } from '../../clock/index.js';

const SECOND_MS = 1_000;
/** How many seconds of the past are kept. */
const KEPT_SECONDS = 600;

/** The calls under way in one second in which their number changed. */
interface Second {
  /** The seconds since 1970. */
  readonly at: number;
  /** The largest number at the same time, and the number at the end. */
  peak: number;
  last: number;
}

/**
 * Counts the calls to each function that are under way, and knows the peaks of the last ten minutes. It does so in memory,
 * since a restart makes all calls again. The stored attempts do not tell it: most steps have none.
 */
@Injectable()
export class CallsUnderWay {
  /** By the id of the function, in the order of time. */
  private readonly seconds = new Map<string, Second[]>();
  private count = 0;

  constructor(private readonly clock: Clock) {}

  /** The number of calls under way, over all functions. */
  get total(): number {
    return this.count;
  }

  began(functionId: string): void {
    this.count++;
    this.change(functionId, 1);
  }

  ended(functionId: string): void {
    this.count--;
    this.change(functionId, -1);
  }

  /**
   * The largest number of calls at the same time in each of the last seconds.
   *
   * @param from the first second, in milliseconds since 1970
   * @param count how many seconds
   */
  peaks(functionId: string, from: number, count: number): number[] {
    const first = Math.floor(from / SECOND_MS);
    const peaks = Array<number>(count).fill(0);
    let carried = 0;
    let filled = 0;
    const fillUpTo = (end: number): void => {
      for (; filled < Math.min(end, count); filled++) peaks[filled] = carried;
    };
    for (const { at, peak, last } of this.seconds.get(functionId) ?? []) {
      fillUpTo(at - first);
      if (at - first === filled && filled < count) peaks[filled++] = peak;
      carried = last;
    }
    fillUpTo(count);
    return peaks;
  }

  private change(functionId: string, by: number): void {
    const seconds = this.seconds.get(functionId) ?? [];
    if (seconds.length === 0) this.seconds.set(functionId, seconds);
    const before = seconds.at(-1);
    const number = (before?.last ?? 0) + by;
    const at = Math.floor(this.clock.now() / SECOND_MS);
    // If the wall clock was put back, the last second continues.
    if (before !== undefined && at <= before.at) {
      before.peak = Math.max(before.peak, number);
      before.last = number;
      return;
    }
    seconds.push({ at, peak: Math.max(before?.last ?? 0, number), last: number });
    // One older second stays, because its number continues.
    while (seconds.length > 1 && (seconds[1] as Second).at <= at - KEPT_SECONDS) seconds.shift();
  }
}
