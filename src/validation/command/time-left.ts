import type { InngestPromise } from '../checking/promise.js';

/** Knows about how long trials take in real time. An experiment that several of them share counts once. */
export class TimeLeft {
  private readonly made = new Set<unknown>();

  /** @param floodSize how many tasks the flood has */
  constructor(private readonly floodSize: number) {}

  /** To be called at the beginning of each trial. @returns seconds, for it and for those that follow */
  begin(promise: InngestPromise, next: readonly InngestPromise[]): number {
    const counted = new Set(this.made);
    let seconds = 0;
    for (const { shares, seconds: own } of [promise, ...next]) {
      if (shares !== undefined && counted.has(shares)) continue;
      counted.add(shares);
      seconds += typeof own === 'number' ? own : own(this.floodSize);
    }
    this.made.add(promise.shares);
    return seconds;
  }
}

/** A time for people: `1 min 5 s`. */
export function inMinutes(seconds: number): string {
  const whole = Math.max(1, Math.ceil(seconds));
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
