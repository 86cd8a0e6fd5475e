/** Formats a duration for people: `1.05 s`. */
export function seconds(ms: number): string {
  return `${Number((ms / 1_000).toFixed(2))} s`;
}

export function runs(count: number): string {
  return count === 1 ? '1 run' : `${count} runs`;
}

/** Says how often a step was executed. */
export function executed(times: number): string {
  if (times === 0) return 'never executed';
  return times === 1 ? 'executed once' : `executed ${times} times`;
}
