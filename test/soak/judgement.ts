import { median } from '../bench/statistics.js';

/** The measurements of one sample. */
export interface Sample {
  /** Memory in use after a garbage collection, in bytes. */
  heap: number;
  /** Resident memory, in bytes. */
  rss: number;
  /** The size of the data file, in bytes. */
  file: number;
  /** The size of the write-ahead log, in bytes. */
  log: number;
  /** The latency of one run of five steps while the server does nothing else, in milliseconds. */
  latency: number;
  /** The time of a fixed computation, in milliseconds. It shows how fast the machine is at the moment. */
  machine: number;
}

const MB = 1024 * 1024;

/**
 * How much the median of the last third may exceed that of the first: a factor, plus a constant for small numbers. A leak grows
 * with every run and soon exceeds both. The variations that the allocator, the disk and other programs cause on a busy machine
 * stay below.
 *
 * - heap: hardly varies, because it is measured after a garbage collection. Caches (statements, compiled code) make it grow.
 * - rss: the allocator decides when it returns memory.
 * - file: freed pages are reused in any order.
 * - log: a thread moves it into the file from time to time, so its size varies up to 150 MB.
 * - latency: divided by the change of `machine`, because other programs slow down both.
 */
const LIMITS = {
  heap: { factor: 1.15, more: 4 * MB },
  rss: { factor: 1.3, more: 30 * MB },
  file: { factor: 1.25, more: 2 * MB },
  log: { factor: 2, more: 150 * MB },
  latency: { factor: 2, more: 3 },
} as const;

export interface Verdict {
  readonly name: keyof typeof LIMITS;
  readonly first: number;
  readonly last: number;
  readonly limit: number;
  readonly isGood: boolean;
}

/** Compares the last third of the samples with the first. @throws Error when there are fewer than three samples */
export function judge(samples: readonly Sample[]): Verdict[] {
  const third = Math.floor(samples.length / 3);
  if (third === 0) throw new Error(`${samples.length} samples are too few to compare.`);
  const [begin, end] = [samples.slice(0, third), samples.slice(-third)];
  const of = (part: readonly Sample[], name: keyof Sample): number =>
    median(part.map((sample) => sample[name]));
  const slower = Math.max(1, of(end, 'machine') / of(begin, 'machine'));
  return (Object.keys(LIMITS) as Verdict['name'][]).map((name) => {
    const { factor, more } = LIMITS[name];
    const first = of(begin, name);
    const last = of(end, name);
    const limit = (first * factor + more) * (name === 'latency' ? slower : 1);
    return { name, first, last, limit, isGood: last <= limit };
  });
}
