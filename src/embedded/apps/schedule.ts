import { Cron } from 'croner';
import { parseDuration } from '../flow-control/index.js';

/** A cron schedule, with its time zone and jitter. */
export interface Schedule {
  /** The first moment after `time` (both in milliseconds since 1970); undefined when there is none. */
  next(time: number): number | undefined;
  /** Up to how much later a tick may start, in milliseconds. */
  jitterMs: number;
}

/**
 * Reads a cron expression of five fields, optionally behind `TZ=<IANA zone>`, as Inngest's functions give them.
 *
 * @throws Error when it is not one
 */
export function parseSchedule(text: string, jitter: unknown): Schedule {
  const match = /^(?:(?:CRON_)?TZ=(?<zone>\S+)\s+)?(?<pattern>.+)$/.exec(text.trim());
  const pattern = match?.groups?.['pattern'] ?? '';
  const zone = match?.groups?.['zone'] ?? 'UTC';
  const cron = new Cron(pattern, { timezone: zone, paused: true });
  return {
    next: (time) => cron.nextRun(new Date(time))?.getTime(),
    jitterMs: typeof jitter === 'string' ? parseDuration(jitter) : 0,
  };
}
