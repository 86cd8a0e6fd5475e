interface Span {
  readonly startedAt: number;
  readonly endedAt?: number;
}

/** The number of open spans after each change, by milliseconds since the first span began. */
export function changesOf(spans: readonly Span[]): { at: number; count: number }[] {
  const steps = spans
    .flatMap(({ startedAt, endedAt }) => [
      { at: startedAt, by: 1 },
      ...(endedAt === undefined ? [] : [{ at: Math.max(endedAt, startedAt), by: -1 }]),
    ])
    // At the same time, ends come before begins, so a span that begins when another one ends does not overlap it, and a
    // span of zero length is never counted.
    .toSorted((a, b) => a.at - b.at || a.by - b.by);
  const begin = steps[0]?.at ?? 0;
  const changes: { at: number; count: number }[] = [];
  let count = 0;
  for (const { at, by } of steps) {
    count += by;
    const last = changes.at(-1);
    if (last?.at === at - begin) last.count = count;
    else changes.push({ at: at - begin, count });
  }
  return changes;
}

/** The largest number of spans that were open at the same time. Spans of zero length do not count. */
export function busiest(spans: readonly Span[]): number {
  return Math.max(0, ...changesOf(spans).map(({ count }) => count));
}
