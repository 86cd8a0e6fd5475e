import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Agent, fetch, type Headers } from 'undici';
import { Clock } from '../../clock/index.js';
import { EmbeddedOptions } from '../settings/embedded-options.js';
import { AnswerBudget, readText } from '../../common/bodies/index.js';
import { networkReason } from '../../common/error-text.js';
import { MAX_STEP_BYTES } from '../../common/inngest-limits.js';
import type { Op, SerializedError } from '../protocol/ops.js';

/** An HTTP request that the server makes on behalf of a step. */
export interface StepRequest {
  /** The op that asks for the request. */
  op: Op;
  url: string;
  method: string;
  headers: Record<string, string>;
  body?: string;
  /** Makes the step's result from the response. @throws RequestRefusedError */
  read(response: StepResponse): unknown;
  /** Makes the step's error when there is no usable response. */
  error(reason: string): SerializedError;
}

export interface StepResponse {
  url: string;
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** The response makes the step fail. */
export class RequestRefusedError extends Error {
  override name = 'RequestRefusedError';
}

/** Makes the HTTP requests of steps and reports each outcome as the op that an app sends for a step that it executed. */
@Injectable()
export class StepRequests implements OnApplicationShutdown {
  private readonly agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  private readonly underWay = new Set<string>();

  constructor(
    private readonly clock: Clock,
    private readonly options: EmbeddedOptions,
    private readonly answers: AnswerBudget,
  ) {}

  /** Whether the step's request is under way. */
  isUnderWay(runId: string, stepId: string): boolean {
    return this.underWay.has(`${runId}.${stepId}`);
  }

  /** Makes the request. Never throws: a failure becomes the step's error. @returns a `StepRun` or a `StepError` op */
  async send(runId: string, request: StepRequest): Promise<Op> {
    const key = `${runId}.${request.op.id}`;
    const { id, displayName, opts } = request.op;
    const startedAt = this.clock.now();
    const began = this.clock.steady();
    this.underWay.add(key);
    try {
      const outcome = await this.clock.calling(`request ${request.url}`, () => this.outcomeOf(request));
      const timing = { a: startedAt * 1e6, b: (this.clock.steady() - began) * 1e6 };
      return {
        ...outcome,
        id,
        timing,
        ...(displayName !== undefined && { displayName }),
        // The other options may contain secrets.
        ...(opts?.['parallelMode'] !== undefined && { opts: { parallelMode: opts['parallelMode'] } }),
      };
    } finally {
      this.underWay.delete(key);
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.agent.destroy();
  }

  private async outcomeOf(request: StepRequest): Promise<Pick<Op, 'op' | 'data' | 'error'>> {
    try {
      return { op: 'StepRun', data: request.read(await this.request(request)) };
    } catch (error) {
      return { op: 'StepError', error: request.error(networkReason(error)) };
    }
  }

  private async request({ url, method, headers, body }: StepRequest): Promise<StepResponse> {
    const timeout = new AbortController();
    const { requestTimeoutMs } = this.options;
    const cancelTimeout = this.clock.after(
      requestTimeoutMs,
      () => timeout.abort(new Error(`no response within ${requestTimeoutMs} ms`)),
      'background',
    );
    try {
      const response = await fetch(url, {
        method,
        headers,
        ...(body !== undefined && { body }),
        dispatcher: this.agent,
        signal: timeout.signal,
      });
      return {
        url,
        status: response.status,
        headers: joined(response.headers),
        body: await readText(response.body ?? [], MAX_STEP_BYTES, 'the response', this.answers),
      };
    } finally {
      cancelTimeout();
    }
  }
}

/** Joins repeated headers with ",", as measured on Inngest 1.43. `Headers` itself joins all except `Set-Cookie`. */
function joined(headers: Headers): Record<string, string> {
  const cookies = headers.getSetCookie();
  return {
    ...Object.fromEntries(headers),
    ...(cookies.length > 0 && { 'set-cookie': cookies.join(',') }),
  };
}
