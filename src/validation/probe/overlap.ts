interface Span {
  readonly startedAt: number;
  readonly endedAt?: number;
}

/** How many of the spans were open from each moment on, in milliseconds since the first began. */
export function changesOf(spans: readonly Span[]): { at: number; count: number }[] {
  const steps = spans
    .flatMap(({ startedAt, endedAt }) => [
      { at: startedAt, by: 1 },
      ...(endedAt === undefined ? [] : [{ at: Math.max(endedAt, startedAt), by: -1 }]),
    ])
    // What ends at a moment makes room for what begins then; only what lasts no time begins before it ends.
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

/** The most spans that were open at one moment. Those that last no time at all count only where they are alone. */
export function busiest(spans: readonly Span[]): number {
  return Math.max(0, ...changesOf(spans).map(({ count }) => count));
}
