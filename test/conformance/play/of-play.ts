import type { Setup } from '../setup/setup.js';

const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Whether the run was queued after the play began, judged by the time in the run's id (a ULID). */
export function isOfPlay(runId: string, { startedAt }: Pick<Setup, 'startedAt'>): boolean {
  const time = runId
    .slice(0, 10)
    .split('')
    .reduce((ms, digit) => ms * 32 + DIGITS.indexOf(digit), 0);
  return time >= startedAt;
}
