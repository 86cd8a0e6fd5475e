/** What Inngest lets events, steps, runs and apps take, in bytes of JSON, as read in the source of Inngest 1.43. */

const MIB = 1024 * 1024;

/** The largest event that is taken. */
export const MAX_EVENT_BYTES = 3 * MIB;

/** The events of one request. The events before the first one too many are taken. */
export const MAX_EVENTS = 5_000;

/** A batch starts its run when its events are this large together; the last one may exceed it. */
export const MAX_BATCH_BYTES = 10 * MIB;

/** The largest result of a step, and the largest input: what the code passes to it besides its id and its function. */
export const MAX_STEP_BYTES = 4 * MIB;

/** The results of all steps of a run together. */
export const MAX_STATE_BYTES = 32 * MIB;

/** The largest response of an app to a call: the result and the input of one step. */
export const MAX_RESPONSE_BYTES = 2 * MAX_STEP_BYTES;

/** The events of the largest batch. */
const LARGEST_EVENTS = MAX_BATCH_BYTES + MAX_EVENT_BYTES;

/** `inngest/function.cancelled` holds the first event of the run, and all of them. */
const LARGEST_CANCELLATION = MAX_EVENT_BYTES + LARGEST_EVENTS;

/**
 * `inngest/function.failed` holds the run's first event, all of its events, and the answer of the app twice. The largest is
 * that of a run which an `inngest/function.cancelled` started.
 */
const LARGEST_FAILURE = 2 * LARGEST_CANCELLATION + 2 * MAX_RESPONSE_BYTES;

/** For ids, names and the other parts of a call. */
const ENVELOPE = 2 * MIB;

/**
 * The largest call that an Inngest server makes: either all results of a run with its event, which is in the call twice,
 * or an event of the server itself.
 */
export const MAX_CALL_BYTES = Math.max(MAX_STATE_BYTES + 2 * MAX_EVENT_BYTES, LARGEST_FAILURE) + ENVELOPE;
