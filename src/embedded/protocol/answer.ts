import { isTooDeep, tooDeep } from '../../common/json-depth.js';
import { parseJson } from '../../common/parse-json.js';
import { asError, parseOps, ProtocolError, type Op, type SerializedError } from './ops.js';

/** When an app wants to be called again, from its `retry-after` header. Undefined: the server decides. */
export type RetryAfter = { seconds: number } | { date: number } | undefined;

/** The answer of an app to a call. */
export type Answer =
  /** 206: steps that the app executed or planned. */
  | { kind: 'ops'; ops: Op[]; noRetry: boolean; retryAfter: RetryAfter; version?: number }
  /** 200: the function has returned. */
  | { kind: 'completed'; output: unknown }
  /** The function threw an error, or there was no usable answer. */
  | { kind: 'failed'; error: SerializedError; noRetry: boolean; retryAfter: RetryAfter; output: unknown };

export interface HttpAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** Parses the HTTP answer of an app. An answer that is not in the protocol is a failure, which the server retries. */
export function parseAnswer({ status, headers, body }: HttpAnswer): Answer {
  const header = (name: string): string | undefined => {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  if (header('x-inngest-sdk') === undefined) {
    return notFromSdk(status, header('content-type'), body);
  }
  const noRetry = header('x-inngest-no-retry') === 'true';
  const retryAfter = parseRetryAfter(header('retry-after'));
  if (isTooDeep(body)) return { ...failure(`The answer of the app is ${tooDeep()}.`), noRetry: true };
  const json = parseJson(body);
  if (status === 206) {
    try {
      const version = Number(header('x-inngest-req-version'));
      return {
        kind: 'ops',
        ops: parseOps(json),
        noRetry,
        retryAfter,
        ...(Number.isInteger(version) && { version }),
      };
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return { ...failure(error.message), noRetry: true };
    }
  }
  if (status >= 200 && status < 300 && json === undefined && status !== 204) {
    return failure(
      `The app answered ${status} with a body that is not JSON: ${excerpt(body) || 'it is empty'}`,
    );
  }
  if (status >= 200 && status < 300) return { kind: 'completed', output: json ?? null };
  return {
    kind: 'failed',
    error: json === undefined ? { name: 'Error', message: excerpt(body) || `HTTP ${status}` } : asError(json),
    noRetry,
    retryAfter,
    output: json ?? body,
  };
}

/** A failure that the app did not report itself: it could not be reached, or its answer could not be understood. */
export function failure(message: string): Answer & { kind: 'failed' } {
  return namedFailure({ name: 'Error', message });
}

/** The app's whole response is too large. The words are the real server's. */
export function responseTooLarge(): Answer & { kind: 'failed' } {
  return namedFailure({
    name: 'output_too_large',
    message: "Your function's response body exceeds the maximum size limit",
  });
}

/**
 * Something that is not an SDK answered, such as a proxy. The words are the real server's. The stack has the response.
 */
function notFromSdk(status: number, type: string | undefined, body: string): Answer & { kind: 'failed' } {
  const response = body && `Upstream response (${type ?? 'unknown content-type'}):\n${excerpt(body)}`;
  if (status >= 200 && status < 300) {
    const message = 'The response did not come from an Inngest SDK';
    return namedFailure({ name: 'not_sdk', message, ...(response && { stack: response }) });
  }
  const detail =
    'The app, or a proxy or load balancer in front of it, answered before the SDK did; no step ran in this call.';
  return namedFailure({
    name: 'Server returned a fatal error',
    message: `Your server returned HTTP ${status} before the SDK responded.`,
    stack: response ? `${detail}\n\n${response}` : detail,
  });
}

export function namedFailure(error: SerializedError): Answer & { kind: 'failed' } {
  return { kind: 'failed', error, noRetry: false, retryAfter: undefined, output: error };
}

function parseRetryAfter(header: string | undefined): RetryAfter {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header)) return { seconds: Number(header) };
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : { date };
}

/** The beginning of a text, on one line. */
export function excerpt(text: string): string {
  const flat = text.replace(/\s+/g, ' ').trim();
  return flat.length > 200 ? `${flat.slice(0, 200)}…` : flat;
}
