import { MAX_CALL_BYTES } from '../../common/inngest-limits.js';

/** Where Inngest finds an app that has no `path` of its own: it is where the Dev Server looks and what every guide names. */
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

/** The name of an app, in the module of every app. */
export const INNGEST_APP_NAME = Symbol('inngest:app-name');

export const INNGEST_FUNCTION_METADATA = Symbol('inngest:function');
export const INNGEST_ON_FAILURE_METADATA = Symbol('inngest:on-failure');

/** The token of a decorated method, noted on the method. */
export const INNGEST_FUNCTION_TOKEN = Symbol('inngest:function-token');

/** Makes the references to functions that other classes inject. */
export const INNGEST_REFERENCES = Symbol('inngest:references');

/** The client of the module's own app, under a token that no other module sees. */
export const INNGEST_CLIENT = Symbol('inngest:client');

/** The registration of the module's own app, under a token that no other module sees. */
export const INNGEST_REGISTRATION = Symbol('inngest:registration');

/** The clock of the host application, or the wall's when it provides none. */
export const INNGEST_CLOCK = Symbol('inngest:clock');

/** Reads the bodies of calls: the host application's `BodyReader`, or one of the module's own. */
export const INNGEST_BODIES = Symbol('inngest:bodies');

/** `() => number` in [0, 1): the chance behind the jitter of retries. Tests override it. */
export const INNGEST_RANDOM = Symbol('inngest:random');

/** What the module's own log lines are headed with. */
export const INNGEST_LOG_CONTEXT = 'Inngest';
