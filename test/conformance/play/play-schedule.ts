import { mismatches } from '../expectations.js';
import type { ScheduleScenario } from '../scenario.js';
import type { Setup } from '../setup/setup.js';
import { ObservedCalls } from './calls.js';

const DAY_MS = 24 * 60 * 60 * 1_000;
/** By this time after midnight, the functions that tick at midnight have been called. */
const A_MOMENT_MS = 60_000;

export async function playSchedule(scenario: ScheduleScenario, setup: Setup): Promise<string[]> {
  const { target } = setup;
  await target.pass(DAY_MS - (target.clock.now() % DAY_MS) - 1);
  const calls = scenario.functions.map((fn) => ({ id: fn.id, of: new ObservedCalls(setup, [fn]) }));
  await target.pass(scenario.days * DAY_MS - A_MOMENT_MS);
  const seen = calls.map(({ id, of }) => [id, of.all.map(({ at }) => weekdayOf(at))] as const);
  return mismatches(scenario.ticks, Object.fromEntries(seen), 'ticks', target);
}

/** @param time milliseconds since 1970 @returns the weekday in UTC, such as "Mon" */
function weekdayOf(time: number): string {
  return new Date(time).toUTCString().slice(0, 3);
}
