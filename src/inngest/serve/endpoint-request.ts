import type { IncomingMessage } from 'node:http';

/** A request for the endpoint: Node's own, or Express's, which is one too. */
export interface EndpointRequest extends IncomingMessage {
  /** The parsed body, once it is read. */
  body?: unknown;
  /** Express's copy of the URL, from before middleware rewrote it. */
  originalUrl?: string;
}

/** The query of a request as it was sent, with its `?`; empty without one. */
export function queryOf({ originalUrl, url = '' }: EndpointRequest): string {
  const sent = originalUrl ?? url;
  const at = sent.indexOf('?');
  return at < 0 ? '' : sent.slice(at);
}

/** The value of a header; the values of one that is sent several times, joined as HTTP has it. */
export function headerOf({ headers }: EndpointRequest, name: string): string | undefined {
  const value = headers[name.toLowerCase()];
  return Array.isArray(value) ? value.join(', ') : value;
}
