import type { Scenario } from './scenario.js';

/** The table as text: one line per row, with its statement and the names of its recordings from the real server. */
export function overview(scenarios: readonly Scenario[]): string[] {
  return scenarios.map((scenario) => `${scenario.id}: ${scenario.title} [${sourceOf(scenario)}]`);
}

function sourceOf({ recordings, notRecorded }: Scenario): string {
  if (recordings) return recordings.join(', ');
  return notRecorded ? 'not recorded' : 'measured';
}
