/** One measured number. */
export interface Figure {
  /** What was measured, such as `latency p50, checkpointing on`. */
  readonly name: string;
  /** Which server was measured: `floor`, `embedded`, or the name of another Inngest server. */
  readonly subject: string;
  readonly value: number;
  readonly unit: string;
}

/** The limit for a figure of the embedded server. */
export interface Goal {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly atMost?: number;
  readonly atLeast?: number;
}

export interface Results {
  readonly figures: Figure[];
  readonly goals: Goal[];
}

export function isMet({ value, atMost, atLeast }: Goal): boolean {
  return value <= (atMost ?? Infinity) && value >= (atLeast ?? -Infinity);
}

/** The figures as a table with a column for each subject. */
export function figuresTable({ figures }: Results): string {
  const subjects = [...new Set(figures.map(({ subject }) => subject))];
  const names = [...new Set(figures.map(({ name }) => name))];
  return table([
    ['', ...subjects],
    ...names.map((name) => [
      name,
      ...subjects.map((subject) => {
        const figure = figures.find((one) => one.name === name && one.subject === subject);
        return figure === undefined ? '-' : withUnit(figure.value, figure.unit);
      }),
    ]),
  ]);
}

/** The goals and the measured values as a table. */
export function goalsTable({ goals }: Results, paint: (text: string, isGood: boolean) => string): string {
  return table([
    ['goal', 'measured', 'wanted', ''],
    ...goals.map((goal) => [
      goal.name,
      withUnit(goal.value, goal.unit),
      goal.atMost === undefined
        ? `>= ${withUnit(goal.atLeast as number, goal.unit)}`
        : `<= ${withUnit(goal.atMost, goal.unit)}`,
      paint(isMet(goal) ? 'met' : 'not met', isMet(goal)),
    ]),
  ]);
}

function withUnit(value: number, unit: string): string {
  return `${rounded(value)} ${unit}`.trim();
}

/** Rounds to three digits: a measurement is not more exact. */
function rounded(value: number): string {
  if (!Number.isFinite(value)) return '?';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toPrecision(3).replace(/\.?0+$/, '');
}

/** Pads the columns. The first is aligned to the left, the others to the right. */
function table(rows: readonly string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows
    .map((row) =>
      `  ${row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')}`.trimEnd(),
    )
    .join('\n');
}
