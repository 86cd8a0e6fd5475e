import { InngestCommHandler, type Inngest, type InngestFunction } from 'inngest';
import { environmentFor, type SdkClient } from './client-loan.js';

/** The parts of an SDK function that this package needs, from both builds of the SDK. */
export interface SdkFunction {
  /** The function's id; with the prefix and a "-" before it, if there is a prefix. */
  id(prefix?: string): string;
}

export interface SdkRequest {
  method: string;
  /** The URL, whose query names the function and the step. */
  url: URL;
  /** The headers, with names in lower case. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: string;
}

export interface SdkResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export type SdkHandler = (request: SdkRequest) => Promise<SdkResponse>;

/** The path at which the functions are served. */
export const SERVE_PATH = '/api/inngest';

class TestHandler extends InngestCommHandler<[SdkRequest], SdkResponse> {
  /** Streaming is off, even if the process has INNGEST_STREAMING. */
  protected override readonly streaming = false;
}

/**
 * The SDK's own handler, without a web framework and without HTTP.
 *
 * @param serverUrl the server that the client uses
 * @param origin the origin at which Inngest reaches the functions
 */
export function sdkHandler(
  client: SdkClient,
  functions: readonly SdkFunction[],
  { serverUrl, origin }: { serverUrl: string; origin: string },
): SdkHandler {
  return new TestHandler({
    frameworkName: 'nodejs',
    client: client as Inngest.Any,
    functions: functions as InngestFunction.Any[],
    serveOrigin: origin,
    servePath: SERVE_PATH,
    handler: ({ method, url, headers, body }: SdkRequest) => ({
      body: () => body,
      headers: (name: string) => {
        const value = headers[name.toLowerCase()];
        return Array.isArray(value) ? value[0] : value;
      },
      method: () => method,
      url: () => url,
      // The SDK sets the client's variables at every request: to those of the process, unless `env` returns others.
      env: () => environmentFor(serverUrl),
      transformResponse: (response): SdkResponse => response,
    }),
  }).createHandler();
}
