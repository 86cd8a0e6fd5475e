/** What Inngest lets events, steps, runs and apps take, in bytes of JSON, as read in the source of Inngest 1.43. */

const MIB = 1024 * 1024;

/** The largest accepted event. */
export const MAX_EVENT_BYTES = 3 * MIB;

/** The most events of one request. If there are more, the first ones are accepted. */
export const MAX_EVENTS = 5_000;

/** A batch starts its run when its events have this size in total. The last event may exceed it. */
export const MAX_BATCH_BYTES = 10 * MIB;

/** The largest result of a step, and the largest input: what the code passes to it besides its id and its function. */
export const MAX_STEP_BYTES = 4 * MIB;

/** The total size of the results of all steps of a run. */
export const MAX_STATE_BYTES = 32 * MIB;

/** The largest response of an app to a call: the result and the input of one step. */
export const MAX_RESPONSE_BYTES = 2 * MAX_STEP_BYTES;

/** The events of the largest batch. */
const LARGEST_EVENTS = MAX_BATCH_BYTES + MAX_EVENT_BYTES;

/** `inngest/function.cancelled` contains the first event of the run, and the list of all its events. */
const LARGEST_CANCELLATION = MAX_EVENT_BYTES + LARGEST_EVENTS;

/**
 * `inngest/function.failed` contains the run's first event, the list of all its events, and the app's answer twice. The
 * largest one belongs to a run that an `inngest/function.cancelled` started.
 */
const LARGEST_FAILURE = 2 * LARGEST_CANCELLATION + 2 * MAX_RESPONSE_BYTES;

/** Space for ids, names and the other parts of a call. */
const ENVELOPE = 2 * MIB;

/**
 * The largest call that an Inngest server makes. It contains either all results of a run and its event twice, or an
 * event of the server itself.
 */
export const MAX_CALL_BYTES = Math.max(MAX_STATE_BYTES + 2 * MAX_EVENT_BYTES, LARGEST_FAILURE) + ENVELOPE;
