import { randomUUID } from 'node:crypto';

/**
 * An id of this play. A server may remember what an earlier play sent: it keeps idempotency keys for a day, and throttles and
 * rate limits for some time. Rules whose key is this id start anew.
 */
export const PLAYED = randomUUID();

/** The key expression of such rules. Their events have `played` in their data. */
export const BY_PLAY = 'event.data.played';
