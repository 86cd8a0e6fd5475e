import { InvalidRetryError } from '../errors/invalid-retry.error.js';
import { toMs } from './retry-policy.js';

const NAMES = ['base', 'factor', 'max', 'jitter', 'delays'];

/**
 * Checks a retry policy.
 *
 * @param where the owner of the policy, for the message
 * @throws InvalidRetryError
 */
export function assertRetry(retry: unknown, where: string): void {
  if (retry === undefined || typeof retry === 'function') return;
  if (typeof retry !== 'object' || retry === null || Array.isArray(retry)) {
    throw new InvalidRetryError(
      where,
      'must be an object, or a function (attempt, error) => Date | milliseconds',
    );
  }
  const given = retry as Record<string, unknown>;
  const unknown = Object.keys(given).filter((name) => !NAMES.includes(name));
  const { base, factor, max, jitter, delays } = given;
  const mistakes = [
    ...unknown.map((name) => `"${name}" is not an option; valid options: ${NAMES.join(', ')}`),
    ...(isTime(base) ? [] : ['"base" must be a duration above 0, in milliseconds or such as "5s"']),
    ...(isTime(max) ? [] : ['"max" must be a duration above 0, in milliseconds or such as "10m"']),
    ...(isBetween(factor, 1, Infinity) ? [] : ['"factor" must be a number of 1 or more']),
    ...(isBetween(jitter, 0, 1) ? [] : ['"jitter" must be a number from 0 to 1']),
    ...(isList(delays)
      ? []
      : ['"delays" must be a list of durations, such as ["1s", "10s"], with at least one']),
    ...(delays !== undefined && (base ?? factor ?? max) !== undefined
      ? ['"delays" cannot be combined with "base", "factor" or "max"']
      : []),
  ];
  if (mistakes.length > 0) throw new InvalidRetryError(where, `is not usable: ${mistakes.join('; ')}`);
}

function isList(delays: unknown): boolean {
  if (delays === undefined) return true;
  return (
    Array.isArray(delays) &&
    delays.length > 0 &&
    delays.every((delay) => delay === 0 || isTime(delay ?? null))
  );
}

function isTime(time: unknown): boolean {
  if (time === undefined) return true;
  try {
    const ms = toMs(time as string);
    return Number.isFinite(ms) && ms > 0;
  } catch {
    return false;
  }
}

function isBetween(value: unknown, least: number, most: number): boolean {
  if (value === undefined) return true;
  return typeof value === 'number' && Number.isFinite(value) && value >= least && value <= most;
}
