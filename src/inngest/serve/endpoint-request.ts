import type { IncomingMessage } from 'node:http';

/** A request to the endpoint: Node's request, or that of Express, which extends it. */
export interface EndpointRequest extends IncomingMessage {
  /** The parsed body, after it has been read. */
  body?: unknown;
  /** Express's copy of the URL before middleware rewrote it. */
  originalUrl?: string;
}

/** The query of a request as sent, including its `?`; empty if there is none. */
export function queryOf({ originalUrl, url = '' }: EndpointRequest): string {
  const sent = originalUrl ?? url;
  const at = sent.indexOf('?');
  return at < 0 ? '' : sent.slice(at);
}

/** The value of a header. Several values are joined by commas, as HTTP defines it. */
export function headerOf({ headers }: EndpointRequest, name: string): string | undefined {
  const value = headers[name.toLowerCase()];
  return Array.isArray(value) ? value.join(', ') : value;
}
