import { MAX_CALL_BYTES } from '../../common/inngest-limits.js';

/** Where Inngest finds this app. Fixed, because it is what the Dev Server looks for and what every guide names. */
export const INNGEST_PATH = '/api/inngest';

/** The largest call accepted, in bytes: as large as one can be by the limits of the server. */
export const INNGEST_BODY_LIMIT = MAX_CALL_BYTES;

/** The largest body of a request to register, in bytes: it carries an address. */
export const INNGEST_SYNC_LIMIT = 64 * 1024;

/**
 * The deepest nesting of arrays and objects in a call. A call wraps events and results, which the embedded server
 * accepts up to 1,000 levels deep, in a few levels of its own.
 */
export const INNGEST_BODY_DEPTH = 1_100;

export const INNGEST_FUNCTION_METADATA = Symbol('inngest:function');
export const INNGEST_ON_FAILURE_METADATA = Symbol('inngest:on-failure');

export const INNGEST_CLIENT = 'InngestClient';

/** The clock of the host application, or the wall's when it provides none. */
export const INNGEST_CLOCK = Symbol('inngest:clock');

/** Reads the bodies of calls: the host application's `BodyReader`, or one of the module's own. */
export const INNGEST_BODIES = Symbol('inngest:bodies');

/** `() => number` in [0, 1): the chance behind the jitter of retries. Tests override it. */
export const INNGEST_RANDOM = Symbol('inngest:random');

/** What the module's own log lines are headed with. */
export const INNGEST_LOG_CONTEXT = 'Inngest';
