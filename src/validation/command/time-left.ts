import type { InngestPromise } from '../checking/promise.js';

/** Estimates the real time of the remaining trials. An experiment that several trials share counts once. */
export class TimeLeft {
  private readonly made = new Set<unknown>();

  /** @param floodSize the number of tasks of the flood */
  constructor(private readonly floodSize: number) {}

  /** Call it at the start of each trial. @returns the seconds for this trial and all that follow */
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

/** Formats a duration for people: `1 min 5 s`. */
export function inMinutes(seconds: number): string {
  const whole = Math.max(1, Math.ceil(seconds));
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
