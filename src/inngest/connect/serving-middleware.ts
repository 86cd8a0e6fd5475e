import { Middleware } from 'inngest';
import type { Clock } from '../../clock/index.js';
import { isRecord } from '../../common/is-record.js';
import { parseJson } from '../../common/parse-json.js';

/**
 * SDK middleware that runs each call from a connection inside {@link Clock.serving}, as the endpoint does for HTTP
 * calls. Such a call has no headers. The embedded server writes the clock's headers into the call's `systemTraceCtx`,
 * which the SDK returns unchanged and does not read.
 */
export function servingMiddleware(clock: Clock): Middleware.Class {
  return class ServingMiddleware extends Middleware.BaseMiddleware {
    readonly id = 'nest:serving';

    override wrapRequest({ next, requestArgs }: Middleware.WrapRequestArgs): Promise<Middleware.Response> {
      return clock.serving(headersIn(requestArgs[0]), next);
    }
  };
}

function headersIn(call: unknown): Record<string, string> {
  const context = isRecord(call) ? call['systemTraceCtx'] : undefined;
  const headers =
    context instanceof Uint8Array ? parseJson(Buffer.from(context).toString('utf8')) : undefined;
  return isRecord(headers) ? (headers as Record<string, string>) : {};
}
