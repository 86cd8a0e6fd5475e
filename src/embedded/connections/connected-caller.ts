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

/** A call to a function of an app that is called over connections. */
export interface ConnectedCall {
  /** The name of the app. */
  readonly app: string;
  /** Its query names the function (`fnId`) and the step (`stepId`). */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: CallBody;
}

/** How many workers the server tries if none acknowledges the call, as on the real server. */
const MAX_DELIVERIES = 3;

const NO_ID = '00000000-0000-0000-0000-000000000000';

/** Calls apps over the connections that their workers have opened. It never throws: failures are answers. */
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
   * @param clockHeaders the headers of {@link Clock.calling}, for a worker that shares the server's virtual clock
   * @returns the answer; `full` when no worker has room, so that the call was not sent; undefined when this server stopped
   *   during the call, so that nobody knows how far the worker got
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

  /** Handles a worker's message that it has begun a call. */
  acknowledged(requestId: string, connection: WorkerConnection): void {
    this.requests.get(requestId)?.acknowledge(connection);
  }

  /** Extends a worker's lease. @returns the id of the new lease; undefined when the worker does not hold the lease */
  extendLease(requestId: string, leaseId: string): string | undefined {
    return this.requests.get(requestId)?.extend(leaseId);
  }

  /** Handles a worker's answer. It drops the answer if the call has ended. */
  answered(response: SdkResponse): void {
    const request = this.requests.get(response.requestId);
    if (request) request.finish(answerOf(response));
  }

  /** Handles a worker's message that it takes no more calls. Calls that it has not acknowledged go to another worker. */
  paused(connection: WorkerConnection): void {
    for (const request of this.requests.values()) request.pause(connection);
  }

  /**
   * Handles the end of a connection. Calls that its worker has not acknowledged go to another worker, unless this one soon
   * connects again and extends its lease.
   */
  disconnected(connection: WorkerConnection): void {
    for (const request of this.requests.values()) request.disconnect(connection);
  }

  /** Ends all calls under way, because this server stops. */
  cutOff(): void {
    for (const request of this.requests.values()) request.finish('cut-off');
  }

  private async deliver({ app, url }: ConnectedCall, request: OpenRequest): Promise<Ending | 'full'> {
    const slug = new URL(url).searchParams.get('fnId') ?? '';
    for (let deliveries = 0; deliveries < MAX_DELIVERIES; deliveries++) {
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

  /** Takes a place. If a worker may become ready soon, it waits up to {@link ConnectTiming.soonMs} for it. */
  private placeFor(app: string, slug: string, request: OpenRequest): Promise<Place | NoPlace> {
    return new Promise((resolve) => {
      const first = this.connections.takePlace(app, slug);
      if (first !== 'soon') {
        resolve(first);
        return;
      }
      const retry = (): void => {
        // takePlace itself notifies the listeners, so stop listening first.
        stopWatching();
        const place = request.ended === undefined ? this.connections.takePlace(app, slug) : 'none';
        if (place === 'soon') stopWatching = this.connections.onChange(retry);
        else decide(place);
      };
      const decide = (place: Place | NoPlace): void => {
        cancel();
        stopWatching();
        resolve(place);
      };
      let stopWatching = this.connections.onChange(retry);
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

/** Converts a worker's response to the answer that the app would give over HTTP. */
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

/** The JavaScript SDK reports an error that must not be retried as "done" with `noRetry`. Over HTTP it is status 400. */
function httpStatus(status: number, noRetry: boolean): number {
  if (status === ResponseStatus.NotCompleted) return 206;
  if (status === ResponseStatus.Error) return 500;
  return noRetry ? 400 : 200;
}
