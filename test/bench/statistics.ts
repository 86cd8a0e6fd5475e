/** The median of the samples. */
export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}

/** @param share from 0 to 1 */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The median of the ratios between samples that were taken right after each other. */
export function pairedRatio(of: readonly number[], to: readonly number[]): number {
  return median(of.map((value, index) => value / (to[index] as number)));
}
