import { Injectable } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { parseAnswer, responseTooLarge, type Answer } from '../protocol/answer.js';
import type { CallBody } from '../protocol/call.js';
import { ResponseStatus, type SdkResponse } from '../protocol/connect/messages.js';
import { MAX_RESPONSE_BYTES } from '../../common/inngest-limits.js';
import { EmbeddedOptions } from '../settings/embedded-options.js';
import { Ids, uuidFor } from '../store/ids.js';
import { ConnectTiming } from './connect-timing.js';
import { noHealthyConnection, notTaken, tookTooLong } from './connect-failures.js';
import { Connections, type NoPlace, type Place } from './connections.js';
import { OpenRequest, type Ending } from './open-request.js';
import type { WorkerConnection } from './worker-connection.js';

/** A call to a function of an app that connects. */
export interface ConnectedCall {
  /** The name of the app. */
  readonly app: string;
  /** Names the function (`fnId`) and the step (`stepId`) in its query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: CallBody;
}

/** How many workers are sent a call that none acknowledges, as on the real server. */
const MOST_DELIVERIES = 3;

const NO_ID = '00000000-0000-0000-0000-000000000000';

/** Calls apps over the connections that their workers have opened. A call never throws. */
@Injectable()
export class ConnectedCaller {
  /** The calls under way, by their request ids. */
  private readonly requests = new Map<string, OpenRequest>();

  constructor(
    private readonly connections: Connections,
    private readonly timing: ConnectTiming,
    private readonly options: EmbeddedOptions,
    private readonly ids: Ids,
    private readonly clock: Clock,
  ) {}

  /**
   * @param clockHeaders name the call to a worker that shares the server's virtual clock
   * @returns `full` when no worker has room for the call, which has not been sent then; undefined when this server's end
   *   cut it off: nobody knows how far the worker got
   */
  async call(
    call: ConnectedCall,
    clockHeaders: Readonly<Record<string, string>>,
  ): Promise<Answer | 'full' | undefined> {
    const id = call.headers['x-request-id'] || this.ids.ulid();
    const request = new OpenRequest(requestOf(call, id, clockHeaders), this.timing, () => this.ids.ulid());
    this.requests.set(id, request);
    const cancelTimeout = this.clock.after(
      this.options.requestTimeoutMs,
      () => request.finish(tookTooLong()),
      'background',
    );
    try {
      const end = await this.deliver(call, request);
      return end === 'cut-off' ? undefined : end;
    } finally {
      cancelTimeout();
      this.requests.delete(id);
    }
  }

  /** The worker behind this connection has begun with a call. */
  acknowledged(requestId: string, connection: WorkerConnection): void {
    this.requests.get(requestId)?.acknowledge(connection);
  }

  /** @returns the id of the new lease; undefined when the worker does not hold that one */
  extendLease(requestId: string, leaseId: string): string | undefined {
    return this.requests.get(requestId)?.extend(leaseId);
  }

  /** A worker has answered a call. An answer that nobody waits for any more is dropped. */
  answered(response: SdkResponse): void {
    const request = this.requests.get(response.requestId);
    if (request) request.finish(answerOf(response));
  }

  /** A worker takes no more calls: what it has not acknowledged goes to another one. */
  paused(connection: WorkerConnection): void {
    for (const request of this.requests.values()) request.pause(connection);
  }

  /** A connection has ended: what its worker has not acknowledged goes to another one, unless the worker is heard of. */
  disconnected(connection: WorkerConnection): void {
    for (const request of this.requests.values()) request.disconnect(connection);
  }

  /** This server ends: nobody waits for the calls under way any more. */
  cutOff(): void {
    for (const request of this.requests.values()) request.finish('cut-off');
  }

  private async deliver({ app, url }: ConnectedCall, request: OpenRequest): Promise<Ending | 'full'> {
    const slug = new URL(url).searchParams.get('fnId') ?? '';
    for (let deliveries = 0; deliveries < MOST_DELIVERIES; deliveries++) {
      const place = await this.placeFor(app, slug, request);
      if (typeof place === 'string' && request.ended !== undefined) return request.ended;
      if (place === 'full') return place;
      if (typeof place === 'string') return noHealthyConnection();
      try {
        const delivery = request.ended ?? (await request.deliver(place.connection));
        if (delivery !== 'not-taken') return delivery;
      } finally {
        place.release();
      }
    }
    return notTaken();
  }

  /** Waits for a while for a worker that may come soon. */
  private placeFor(app: string, slug: string, request: OpenRequest): Promise<Place | NoPlace> {
    return new Promise((resolve) => {
      const first = this.connections.takePlace(app, slug);
      if (first !== 'soon') {
        resolve(first);
        return;
      }
      const look = (): void => {
        // Taking a place is a change, too.
        stopWatching();
        const place = request.ended === undefined ? this.connections.takePlace(app, slug) : 'none';
        if (place === 'soon') stopWatching = this.connections.onChange(look);
        else decide(place);
      };
      const decide = (place: Place | NoPlace): void => {
        cancel();
        stopWatching();
        resolve(place);
      };
      let stopWatching = this.connections.onChange(look);
      const cancel = this.timing.clock.after(this.timing.soonMs, () => decide('none'), 'background');
    });
  }
}

function requestOf(
  { app, url, headers, body }: ConnectedCall,
  requestId: string,
  clockHeaders: Readonly<Record<string, string>>,
): ConstructorParameters<typeof OpenRequest>[0] {
  const { searchParams } = new URL(url);
  const { traceparent, tracestate = '' } = headers;
  return {
    requestId,
    accountId: NO_ID,
    envId: NO_ID,
    appId: uuidFor('app', app),
    appName: app,
    functionId: body.ctx.fn_id,
    functionSlug: searchParams.get('fnId') ?? '',
    stepId: searchParams.get('stepId') ?? 'step',
    requestPayload: json(body),
    systemTraceCtx: json(clockHeaders),
    userTraceCtx: traceparent === undefined ? new Uint8Array() : json({ traceparent, tracestate }),
    runId: body.ctx.run_id,
    jobId: body.ctx.job_id,
  };
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** The answer as the app would give it over HTTP. */
function answerOf({ status, body, noRetry, retryAfter, sdkVersion, requestVersion }: SdkResponse): Answer {
  if (body.byteLength > MAX_RESPONSE_BYTES) return responseTooLarge();
  return parseAnswer({
    status: httpStatus(status, noRetry),
    headers: {
      'x-inngest-sdk': sdkVersion || 'unknown',
      'x-inngest-no-retry': String(noRetry),
      'x-inngest-req-version': String(requestVersion),
      ...(retryAfter !== undefined && { 'retry-after': retryAfter }),
    },
    body: Buffer.from(body).toString('utf8'),
  });
}

/** A function that threw and is not to be retried answers 400, which the JavaScript SDK reports as "done". */
function httpStatus(status: number, noRetry: boolean): number {
  if (status === ResponseStatus.NotCompleted) return 206;
  if (status === ResponseStatus.Error) return 500;
  return noRetry ? 400 : 200;
}
