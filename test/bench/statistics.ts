/** The value below which half of the samples lie. */
export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}

/** @param share from 0 to 1 */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The median of the ratios of samples that were taken one right after the other. */
export function pairedRatio(of: readonly number[], to: readonly number[]): number {
  return median(of.map((value, index) => value / (to[index] as number)));
}
