import type { Scenario } from './scenario.js';

/** The table for readers, a line for each row: what it says, and where it was seen on the real server. */
export function overview(scenarios: readonly Scenario[]): string[] {
  return scenarios.map((scenario) => `${scenario.id}: ${scenario.title} [${sourceOf(scenario)}]`);
}

function sourceOf({ recordings, notRecorded }: Scenario): string {
  if (recordings) return recordings.join(', ');
  return notRecorded ? 'not recorded' : 'measured';
}
