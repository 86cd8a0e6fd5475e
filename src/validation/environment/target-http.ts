import { Agent, request } from 'undici';
import { isRecord } from '../../common/is-record.js';
import { parseJson } from '../../common/parse-json.js';
import type { Json } from '../../runs/parse-records.js';
import { authorization, isCloud, type TargetAddress } from './target-address.js';

/** The target does not answer, is not an Inngest, or refuses the keys. */
export class TargetError extends Error {
  override readonly name = 'TargetError';

  constructor(url: string, reason: string, options?: ErrorOptions) {
    super(`Inngest not reachable at ${url}: ${reason}`, options);
  }
}

export interface Answer {
  readonly status: number;
  readonly body: Json;
}

export type Method = 'GET' | 'POST';

/** How long one answer may take, in milliseconds of wall time, because the target may be another process. */
const TIMEOUT_MS = 5_000;

const CONNECTIONS = new Agent();

/** Sends HTTP requests with JSON to an Inngest. */
export class TargetHttp {
  /** @param timeoutMs how long one answer may take */
  constructor(
    private readonly target: TargetAddress,
    private readonly timeoutMs = TIMEOUT_MS,
  ) {}

  /**
   * Sends a request with the signing key. A GET request is sent a second time if its answer is late: one late answer
   * among hundreds does not mean that the target is down.
   *
   * @throws TargetError
   */
  async ask(method: Method, url: string, body?: unknown): Promise<Answer> {
    const answer = await (method === 'GET' ? this.twice(url) : this.send(method, url, body, this.identity));
    if (answer.status !== 401 && answer.status !== 403) return answer;
    throw this.error(`its API answered ${answer.status}. Check the signing key.`);
  }

  /**
   * Sends one request and accepts any status below 500. @throws TargetError if there is no answer, or for a status of
   * 500 and above
   */
  async send(
    method: Method,
    url: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    let status: number;
    let text: string;
    try {
      // The global `fetch` takes three times as long, and a validation sends hundreds of requests.
      const response = await request(url, {
        method,
        dispatcher: CONNECTIONS,
        headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
        signal: AbortSignal.timeout(this.timeoutMs),
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      status = response.statusCode;
      text = await response.body.text();
    } catch (cause) {
      throw this.error(isLate(cause) ? `no answer within ${this.timeoutMs / 1_000} s.` : 'no connection.', {
        cause,
      });
    }
    if (status >= 500) throw this.error(`it answered ${status}.`);
    const json = parseJson(text);
    return { status, body: isRecord(json) ? json : {} };
  }

  error(reason: string, options?: ErrorOptions): TargetError {
    const where = isCloud(this.target) ? 'Inngest Cloud' : this.target.url;
    return new TargetError(where, reason, options);
  }

  private get identity(): Record<string, string> {
    return authorization(this.target);
  }

  private async twice(url: string): Promise<Answer> {
    try {
      return await this.send('GET', url, undefined, this.identity);
    } catch (error) {
      if (!(error instanceof TargetError && isLate(error.cause))) throw error;
      return this.send('GET', url, undefined, this.identity);
    }
  }
}

function isLate(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}
