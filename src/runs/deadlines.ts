/**
 * How long Inngest may take, so that the worker answers every request within 3 s. In milliseconds of real time, because
 * Inngest may be another process, which does not know virtual time.
 */

/** The limit for accepting an event. If nothing answers, the SDK itself tries five times within about 1.8 s. */
export const SEND_WITHIN_MS = 2_500;

/** The limit for all requests about one event and its runs. */
export const ASK_WITHIN_MS = 2_300;
