import { MAX_CALL_BYTES } from '../../common/inngest-limits.js';

/** The default path of an app. The Dev Server looks for apps there, and Inngest's guides use it. */
export const INNGEST_PATH = '/api/inngest';

/** The largest accepted call, in bytes: the largest that the limits of the server allow. */
export const INNGEST_BODY_LIMIT = MAX_CALL_BYTES;

/** The largest body of a sync request, in bytes. It contains only an address. */
export const INNGEST_SYNC_LIMIT = 64 * 1024;

/**
 * The deepest nesting of arrays and objects in a call. A call adds a few levels around events and results, which the
 * embedded server accepts with up to 1,000 levels.
 */
export const INNGEST_BODY_DEPTH = 1_100;

/** The name of an app, in the module of every app. */
export const INNGEST_APP_NAME = Symbol('inngest:app-name');

export const INNGEST_FUNCTION_METADATA = Symbol('inngest:function');
export const INNGEST_ON_FAILURE_METADATA = Symbol('inngest:on-failure');

/** The metadata key of a decorated method's token. */
export const INNGEST_FUNCTION_TOKEN = Symbol('inngest:function-token');

/** Creates the references to functions that other classes inject. */
export const INNGEST_REFERENCES = Symbol('inngest:references');

/** The client of the module's own app, under a token that no other module sees. */
export const INNGEST_CLIENT = Symbol('inngest:client');

/** The registration of the module's own app, under a token that no other module sees. */
export const INNGEST_REGISTRATION = Symbol('inngest:registration');

/** The clock of the host application, or the machine's clock if it provides none. */
export const INNGEST_CLOCK = Symbol('inngest:clock');

/** Reads the bodies of calls: the host application's `BodyReader`, or the module's own. */
export const INNGEST_BODIES = Symbol('inngest:bodies');

/** `() => number` in [0, 1): the random numbers for the jitter of retries. Tests override it. */
export const INNGEST_RANDOM = Symbol('inngest:random');

/** The context of the module's log lines. */
export const INNGEST_LOG_CONTEXT = 'Inngest';
