import { notCovered } from './coverage.js';
import type { Disturbed } from './disturbances.js';
import type { Outcome } from './outcome.js';

const SHOWN = 20;

/** The outcome as text for people. */
export function describe(outcome: Outcome): string {
  const { findings, underWay, restartsMs, dueWhileDown, disturbances } = outcome;
  const inCalls = underWay.filter((calls) => calls > 0).length;
  const sorted = restartsMs.toSorted((a, b) => a - b);
  const listed = (counts: ReadonlyMap<string, number>): string =>
    [...counts]
      .map(([name, count]) => `${count} × ${name}`)
      .toSorted()
      .join(', ') || 'nothing';
  const rows: [string, string][] = [
    [
      'kills',
      `${outcome.kills} in ${seconds(outcome.durationMs)}; ${underWay.length} of running servers, ${inCalls} of these with calls under way (${sum(underWay)} in all)`,
    ],
    [
      'restarts',
      `median ${seconds(sorted[Math.floor(sorted.length / 2)] ?? 0)} from the start of the process to registered functions`,
    ],
    ['file locked by another process', describeDisturbed(disturbances.locks)],
    ['file locked at the start', times(disturbances.startLocks)],
    ['server suspended', describeDisturbed(disturbances.suspensions)],
    ['events lost', `${findings.lost.length} of ${outcome.acknowledged} acknowledged`],
    ['runs stuck or failed', `${findings.stuck.length} of ${outcome.runs}`],
    ['completed steps executed again', `${findings.repeated.length} of ${outcome.steps}`],
    ['steps in flight begun again', `${outcome.again} (not confirmed at the kill: at least once)`],
    ['not exactly once', `${findings.notOnce.length}`],
    ['came due while down', listed(dueWhileDown)],
    ['refused by flow control', listed(outcome.refused)],
  ];
  const mistakes = Object.values(findings).flat() as string[];
  return [
    ...rows.map(([name, value]) => `  ${name.padEnd(34)}${value}`),
    ...mistakes.slice(0, SHOWN).map((mistake) => `  ❌ ${mistake}`),
    ...(mistakes.length > SHOWN ? [`  ❌ … and ${mistakes.length - SHOWN} more`] : []),
    ...notCovered(outcome).map((gap) => `  ❌ It shows too little: ${gap}`),
  ].join('\n');
}

function describeDisturbed(disturbed: Disturbed): string {
  return `${times(disturbed)}, ${disturbed.atKill} of them until the kill`;
}

function times({ count, ms }: Disturbed): string {
  return `${count} times, for ${seconds(ms)} in all`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
