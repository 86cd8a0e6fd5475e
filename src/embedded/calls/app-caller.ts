import { EventEmitter } from 'node:events';
import { pipeline, type Readable } from 'node:stream';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Agent, request, type Dispatcher } from 'undici';
import { Clock } from '../../clock/index.js';
import { EmbeddedOptions } from '../settings/embedded-options.js';
import { AnswerBudget, BodyTooLargeError, decoderFor, readText } from '../../common/bodies/index.js';
import { networkReason } from '../../common/error-text.js';
import { MAX_RESPONSE_BYTES } from '../../common/inngest-limits.js';
import { UNSERVED_FUNCTION } from '../../common/unserved-function.js';
import { failure, parseAnswer, responseTooLarge, type Answer, type HttpAnswer } from '../protocol/answer.js';
import { isConnectUrl } from '../protocol/connect/connect-url.js';
import { unwrapStreamed } from '../protocol/streamed-answer.js';
import type { SigningKey } from '../access/signing-key.js';
import { SigningKeys } from '../access/signing-keys.js';
import { ConnectedCaller } from '../connections/connected-caller.js';
import type { Call } from './call-builder.js';
import { MAX_REDIRECTS, assertStaysAt, redirectOf } from './redirect.js';

/**
 * The delays, in milliseconds, before each retry of a call that reached a replica that does not serve the function. When
 * these 31 s have passed, the call counts as a failed attempt: no replica serves the function any more.
 */
const REPLICA_RETRY_DELAYS_MS = [1_000, 2_000, 4_000, 8_000, 8_000, 8_000];

/** Method, URL, body, headers, and the timeout for the whole answer in milliseconds. */
type Request = readonly [Dispatcher.HttpMethod, string, unknown, Record<string, string>, number];

/**
 * Calls apps, over HTTP or over the connections that they have opened. A call never throws: if the app cannot be reached,
 * the call returns a failed answer.
 */
@Injectable()
export class AppCaller implements OnApplicationShutdown {
  // Steps may take long, and the app answers only when they are done. So undici's timeouts are off: `requestTimeoutMs`
  // rules.
  private readonly agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, connections: null });
  private readonly keys: SigningKeys;
  private readonly stopping = new AbortController();

  constructor(
    private readonly clock: Clock,
    private readonly options: EmbeddedOptions,
    private readonly answers: AnswerBudget,
    private readonly connected: ConnectedCaller,
  ) {
    this.keys = new SigningKeys(options);
  }

  /**
   * If the process that answers does not serve the function, this method calls again soon and counts no attempt: during a
   * rollout another replica behind the same address may serve it.
   *
   * @returns undefined when this server stopped during the call, so that it is unknown how far the app got; `full` when the
   *   app's connected workers have as many calls as they accept, and the call was not made
   */
  async call(call: Call): Promise<Answer | 'full' | undefined> {
    if (isConnectUrl(call.url)) return this.callConnected(call);
    for (let tries = 0; ; tries++) {
      const { answer, isServed } = await this.callOnce(call);
      const pause = REPLICA_RETRY_DELAYS_MS[tries];
      if (isServed || pause === undefined) return answer;
      try {
        await this.clock.sleep(pause, this.stopping.signal);
      } catch {
        return undefined;
      }
    }
  }

  private callConnected(call: Call): Promise<Answer | 'full' | undefined> {
    const what = `call ${call.url} of run ${call.body.ctx.run_id}`;
    return this.clock.calling(what, (headers) => this.connected.call(call, headers));
  }

  private async callOnce(call: Call): Promise<{ answer: Answer | undefined; isServed: boolean }> {
    const { url, body } = call;
    const run = call.headers['x-run-id'];
    const what = run === undefined ? `call ${url}` : `call ${url} of run ${run}`;
    try {
      const http = await this.withEitherKey((key) =>
        this.clock.calling(what, (headers) =>
          this.follow(key, 'POST', url, body, { ...call.headers, ...headers }, this.options.requestTimeoutMs),
        ),
      );
      return {
        answer: parseAnswer(unwrapStreamed(http)),
        isServed: http.headers[UNSERVED_FUNCTION] === undefined,
      };
    } catch (error) {
      if (this.stopping.signal.aborted) return { answer: undefined, isServed: true };
      const answer = error instanceof BodyTooLargeError ? responseTooLarge() : failure(describe(error, call));
      return { answer, isServed: true };
    }
  }

  /** From now on a call that breaks off does not count as a failed attempt: the app may be stopping, too. */
  stop(): void {
    this.stopping.abort();
  }

  /**
   * Sends a signed JSON request, and follows redirects (307 and 308).
   *
   * @throws Error when the app does not answer within `timeoutMs`, redirects too often or, if there is a signing key,
   *   redirects to another origin
   */
  async send(
    method: Dispatcher.HttpMethod,
    url: string,
    body: unknown,
    headers: Record<string, string> = {},
    timeoutMs = this.options.requestTimeoutMs,
  ): Promise<HttpAnswer> {
    return this.withEitherKey((key) => this.follow(key, method, url, body, headers, timeoutMs));
  }

  /**
   * Sends with the current signing key and, if the app answers 401, again with the fallback key: while keys are rotated,
   * an app may not have the new key yet. It checks the signature before it executes anything.
   */
  private async withEitherKey(
    send: (key: SigningKey | undefined) => Promise<HttpAnswer>,
  ): Promise<HttpAnswer> {
    const { current, fallback } = this.keys;
    const answer = await send(current);
    return answer.status === 401 && fallback !== undefined ? send(fallback) : answer;
  }

  private async follow(
    key: SigningKey | undefined,
    ...[method, url, body, headers, timeoutMs]: Request
  ): Promise<HttpAnswer> {
    let target = url;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const answer = await this.sendOnce(key, method, target, body, headers, timeoutMs);
      const next = redirectOf(target, answer);
      if (next === undefined) return answer;
      if (key) assertStaysAt(url, next);
      target = next;
    }
    throw new Error(`it redirected more than ${MAX_REDIRECTS} times, the last time to ${target}`);
  }

  private async sendOnce(
    key: SigningKey | undefined,
    ...[method, url, body, headers, timeoutMs]: Request
  ): Promise<HttpAnswer> {
    const timeout = new Timeout(timeoutMs);
    const cancelTimeout = this.clock.after(timeoutMs, () => timeout.expire(), 'background');
    try {
      const response = await request(url, {
        method,
        dispatcher: this.agent,
        signal: timeout,
        headers: {
          'content-type': 'application/json',
          'user-agent': 'Inngest',
          'x-inngest-server-kind': key ? 'cloud' : 'dev',
          ...headers,
          ...(key && { 'x-inngest-signature': key.sign(body) }),
        },
        body: JSON.stringify(body),
      });
      const plain = decoded(response.body, response.headers['content-encoding']);
      const text = await readText(plain, MAX_RESPONSE_BYTES, 'the answer', this.answers);
      return { status: response.statusCode, headers: response.headers, body: text };
    } finally {
      cancelTimeout();
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.agent.destroy();
  }
}

/** Ends a request of undici, which accepts this in the place of an AbortSignal. One takes 0.4 µs, an AbortSignal 8. */
class Timeout extends EventEmitter {
  reason: Error | undefined;

  constructor(private readonly ms: number) {
    super();
  }

  expire(): void {
    this.reason = new Error(`no answer within ${this.ms} ms`);
    this.emit('abort');
  }
}

/** Decompresses the body of an answer; the app, or a proxy, may have compressed it. */
function decoded(body: Readable, encoding: string | string[] | undefined): Readable {
  const decoder = decoderOf(body, encoding?.toString());
  // Reading the decoder throws the pipeline's error, so the call-back has nothing to do.
  return decoder ? pipeline(body, decoder, () => undefined) : body;
}

/** @throws Error for an encoding that this server does not know; the body is destroyed before */
function decoderOf(body: Readable, encoding: string | undefined): ReturnType<typeof decoderFor> {
  try {
    return decoderFor(encoding);
  } catch (error) {
    // A body that nobody reads would keep its connection.
    body.on('error', () => undefined).destroy();
    throw error;
  }
}

function describe(error: unknown, { app, url }: Call): string {
  return `The app "${app}" at ${new URL(url).origin} could not be called: ${networkReason(error)}`;
}
