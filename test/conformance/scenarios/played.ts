import { randomUUID } from 'node:crypto';

/**
 * Of this time alone. A server may remember what was sent to it when the table was played before: idempotency keys last a
 * day, and throttles and rate limits some time. Rules with this as their key begin anew.
 */
export const PLAYED = randomUUID();

/** The key of such a rule, for events with `played` in their data. */
export const BY_PLAY = 'event.data.played';
