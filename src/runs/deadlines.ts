/**
 * How long Inngest may take, so that every request to this worker is answered within 3 s. Milliseconds of real time:
 * Inngest may be another process, which knows no other.
 */

/** For taking an event. The SDK alone tries five times within about 1.8 s when nobody answers. */
export const SEND_WITHIN_MS = 2_500;

/** For all requests about one event and its runs. */
export const ASK_WITHIN_MS = 2_300;
