import { isRecord } from '../../../src/common/is-record.js';
import { parsed } from './recorder.js';
import { hashOf } from './signature.js';
import type { Target } from './target.js';

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

/** A client of the server's own API. */
export class InngestApi {
  private asked = 0;
  private readonly authorization: Record<string, string>;

  constructor(private readonly target: Target) {
    this.authorization = target.signingKey ? { authorization: `Bearer ${hashOf(target.signingKey)}` } : {};
  }

  async ask(
    method: string,
    path: string,
    body?: string,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(new URL(path, this.target.url), {
      method,
      redirect: 'manual',
      headers: { 'content-type': 'application/json', ...this.authorization, ...headers },
      ...(body !== undefined && { body }),
    });
    const text = await response.text();
    return { status: response.status, headers: Object.fromEntries(response.headers), body: parsed(text) };
  }

  /** @returns the event's id */
  async send(event: object, headers?: Record<string, string>): Promise<string> {
    const [id = ''] = await this.sendAll([event], headers);
    return id;
  }

  async sendAll(events: readonly object[], headers?: Record<string, string>): Promise<string[]> {
    const path = `/e/${this.target.eventKey}`;
    const { status, body } = await this.ask('POST', path, JSON.stringify(events), headers);
    if (status !== 200) throw new Error(`The event was not taken: ${status} ${JSON.stringify(body)}`);
    return (body as { ids: string[] }).ids;
  }

  /** The `data` of an answer. A unique query bypasses the cache for v1 answers on the real server. */
  async data(path: string): Promise<unknown> {
    const query = `${path.includes('?') ? '&' : '?'}_=${++this.asked}`;
    const { body } = await this.ask('GET', path.startsWith('/v1/') ? path + query : path);
    return isRecord(body) ? body['data'] : undefined;
  }

  async records(path: string): Promise<Record<string, unknown>[]> {
    const data = await this.data(path);
    return Array.isArray(data) ? data.filter(isRecord) : [];
  }

  /** The runs that an event started, as the v2 API lists them. */
  runsOf(eventId: string): Promise<Record<string, unknown>[]> {
    return this.records(`/api/v2/events/${eventId}/runs?includeOutput=true`);
  }
}
