import type { Inngest } from 'inngest';
import type { Agent } from 'undici';
import { BodyTooLargeError, readText } from '../common/bodies/index.js';
import { parseJson } from '../common/parse-json.js';
import { signingKeyHash } from '../common/signing-key-hash.js';
import { InngestRefusedError, InngestUnreachableError } from './inngest-api.errors.js';

/**
 * The largest answer, in bytes, decompressed. Traces and pages of runs contain the results of a whole run, up to 32
 * MiB.
 */
const LARGEST_ANSWER = 64 * 1024 * 1024;

export interface Answer {
  status: number;
  body: unknown;
}

interface Asking {
  method?: 'GET' | 'POST' | 'DELETE';
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
}

/**
 * Requests to Inngest's HTTP API, with the client's keys. Every method rejects with {@link InngestUnreachableError} or
 * {@link InngestRefusedError}. `signal` aborts the request; it uses the machine's time, because the server may be
 * another process.
 */
export class InngestHttp {
  private patient: Promise<Fetch> | undefined;

  constructor(private readonly client: Inngest) {}

  /** The URL of the server. */
  get url(): string {
    return new URL(this.client.apiBaseUrl).origin;
  }

  /** Sends a request and reads the whole answer. */
  async ask(path: string, signal: AbortSignal, asking: Asking = {}): Promise<Answer> {
    const response = await this.open(path, signal, asking);
    const text = await this.orUnreachable(signal, () =>
      readText(response.body ?? [], LARGEST_ANSWER, 'its answer'),
    );
    if (response.status >= 500 || response.status === 429) {
      const reason = reasonIn(text);
      throw new InngestUnreachableError(
        this.url,
        `it answered ${response.status}${reason && ` (${reason})`}.`,
      );
    }
    return { status: response.status, body: parseJson(text) };
  }

  /** Opens a stream (Server-Sent Events), which may be silent for any time. */
  async openStream(path: string, signal: AbortSignal): Promise<Response> {
    this.patient ??= patientFetch();
    return this.open(path, signal, { headers: { accept: 'text/event-stream' } }, await this.patient);
  }

  /** Uses the fallback of the signing key if the server refuses the first key. */
  private async open(
    path: string,
    signal: AbortSignal,
    asking: Asking,
    by: Fetch = fetch,
  ): Promise<Response> {
    const answer = await this.request(path, signal, asking, this.client.signingKey, by);
    if (!isRefusal(answer)) return answer;
    await answer.body?.cancel();
    const second = this.client.signingKeyFallback;
    const retried = second === undefined ? answer : await this.request(path, signal, asking, second, by);
    if (!isRefusal(retried)) return retried;
    throw new InngestRefusedError(this.url, `${retried.status} for its API. Check INNGEST_SIGNING_KEY.`);
  }

  private request(
    path: string,
    signal: AbortSignal,
    { method = 'GET', headers: more, body }: Asking,
    signingKey: string | undefined,
    by: Fetch,
  ): Promise<Response> {
    // The client's headers contain a content type, which is removed if there is no body.
    const headers = new Headers({ ...this.client.headers, ...more });
    if (signingKey) headers.set('authorization', `Bearer ${signingKeyHash(signingKey)}`);
    if (body !== undefined) headers.set('content-type', 'application/json');
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    return this.orUnreachable(signal, () =>
      by(new URL(path, this.client.apiBaseUrl), {
        method,
        headers: Object.fromEntries(headers),
        signal,
        ...sent,
      }),
    );
  }

  private async orUnreachable<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      if (cause instanceof BodyTooLargeError)
        throw new InngestUnreachableError(this.url, `${cause.message}.`);
      const reason = signal.aborted ? 'it did not answer in time.' : 'no connection.';
      throw new InngestUnreachableError(this.url, reason, { cause });
    }
  }
}

type Fetch = typeof fetch;

/**
 * Node's own `fetch` aborts a stream after 5 minutes of silence. This one has no such limit; the operating system
 * notices if the server is gone.
 */
async function patientFetch(): Promise<Fetch> {
  const { Agent, fetch: ask } = await import('undici');
  const dispatcher: Agent = new Agent({ bodyTimeout: 0 });
  return ((url: URL, init: RequestInit) => ask(url, { ...(init as object), dispatcher })) as unknown as Fetch;
}

function isRefusal({ status }: Response): boolean {
  return status === 401 || status === 403;
}

const LONGEST_REASON = 200;

/** The `error` in a failed answer, in one line; empty if there is none. */
function reasonIn(text: string): string {
  const { error } = (parseJson(text) ?? {}) as { error?: unknown };
  return typeof error === 'string' ? error.replace(/\s+/g, ' ').slice(0, LONGEST_REASON) : '';
}
