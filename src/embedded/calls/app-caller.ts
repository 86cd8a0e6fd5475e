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
import { MOST_REDIRECTS, assertStaysAt, redirectOf } from './redirect.js';

/**
 * How long to wait before each further try to reach a replica that serves the function, in milliseconds. After these 31 s
 * the call counts as a failed attempt: nobody serves the function any more.
 */
const REPLICA_PAUSES_MS = [1_000, 2_000, 4_000, 8_000, 8_000, 8_000];

/** Method, address, body, headers, and how long the answer may take in milliseconds. */
type Request = readonly [Dispatcher.HttpMethod, string, unknown, Record<string, string>, number];

/**
 * Calls apps, over HTTP or over the connections that they have opened. A call never throws: an app that cannot be reached
 * is an answer too.
 */
@Injectable()
export class AppCaller implements OnApplicationShutdown {
  // Steps may take long, and the app answers only when they are done: no limit of the client's own.
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
   * A process that does not serve the function is called again soon, which costs no attempt: during a rollout another replica
   * behind the same address serves it.
   *
   * @returns undefined when the end of this server cut the call off: nobody knows how far the app got; `full` when the
   *   app's connected workers have as many calls as they take, and the call was not made
   */
  async call(call: Call): Promise<Answer | 'full' | undefined> {
    if (isConnectUrl(call.url)) return this.callConnected(call);
    for (let tries = 0; ; tries++) {
      const { answer, isServed } = await this.callOnce(call);
      const pause = REPLICA_PAUSES_MS[tries];
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

  /** From now on a call that breaks off says nothing about the app, which may be stopping too. */
  stop(): void {
    this.stopping.abort();
  }

  /**
   * Sends a signed JSON request, and follows redirects (307 and 308).
   *
   * @throws Error when there is no answer within `timeoutMs`, or when it redirects too often or, with a signing key, to another origin
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

  /** An app that has not got the new signing key yet refuses calls with it (401) before it does anything. */
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
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      const answer = await this.sendOnce(key, method, target, body, headers, timeoutMs);
      const next = redirectOf(target, answer);
      if (next === undefined) return answer;
      if (key) assertStaysAt(url, next);
      target = next;
    }
    throw new Error(`it redirected more than ${MOST_REDIRECTS} times, at last to ${target}`);
  }

  private async sendOnce(
    key: SigningKey | undefined,
    ...[method, url, body, headers, timeoutMs]: Request
  ): Promise<HttpAnswer> {
    const timeout = new AbortController();
    const cancelTimeout = this.clock.after(
      timeoutMs,
      () => timeout.abort(new Error(`no answer within ${timeoutMs} ms`)),
      'background',
    );
    try {
      const response = await request(url, {
        method,
        dispatcher: this.agent,
        signal: timeout.signal,
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

/** An answer as the app gave it to whatever compresses it on the way. */
function decoded(body: Readable, encoding: string | string[] | undefined): Readable {
  const decoder = decoderOf(body, encoding?.toString());
  // What goes wrong shows when the decoder is read.
  return decoder ? pipeline(body, decoder, () => undefined) : body;
}

/** @throws Error when it is an encoding that this server does not know; the body is let go of */
function decoderOf(body: Readable, encoding: string | undefined): ReturnType<typeof decoderFor> {
  try {
    return decoderFor(encoding);
  } catch (error) {
    // Nobody else reads it, and an unread body keeps its connection.
    body.on('error', () => undefined).destroy();
    throw error;
  }
}

function describe(error: unknown, { app, url }: Call): string {
  return `The app "${app}" at ${new URL(url).origin} could not be called: ${networkReason(error)}`;
}
