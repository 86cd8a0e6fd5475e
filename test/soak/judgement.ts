import { median } from '../bench/statistics.js';

/** What was measured at one moment of the soak. */
export interface Sample {
  /** Bytes in use after a garbage collection. */
  heap: number;
  /** Resident memory, in bytes. */
  rss: number;
  /** The data file, in bytes. */
  file: number;
  /** Its write-ahead log, in bytes. */
  log: number;
  /** One run of five steps on a server that does nothing else, in milliseconds. */
  latency: number;
  /** A piece of computation that is always the same, in milliseconds: how fast the machine is at that moment. */
  machine: number;
}

const MB = 1024 * 1024;

/**
 * How much the median of the last third may be above that of the first: a factor, and something beside it for small
 * numbers. A leak grows with every run and soon passes them; what the allocator, the disk and other programs do to a
 * measurement on a busy machine stays below.
 *
 * - heap: counted after a collection, so it hardly varies. What grows is caches that fill (statements, compiled code).
 * - rss: the allocator gives memory back when it likes.
 * - file: pages that are free again are used again, in any order.
 * - log: a thread moves it into the file now and then, so that its size goes up and down between some and 150 MB.
 * - latency: divided by the change of `machine`, which other programs on the machine slow down as well.
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

/** Compares the last third of the samples with the first. There must be at least three. */
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
