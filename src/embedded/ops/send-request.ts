import { Injectable } from '@nestjs/common';
import { requiredText, type Op } from '../protocol/ops.js';
import { StepStore } from '../store/step.store.js';
import { RequestRefusedError, StepRequests, type StepRequest, type StepResponse } from './step-requests.js';
import { isRecord } from '../../common/is-record.js';
import { KNOWN, nameOf, PENDING, races, type Effect, type OpContext, type OpHandler } from './op-handler.js';

interface SendRequestOp extends Op {
  request: Omit<StepRequest, 'op'>;
}

/**
 * Handles `step.fetch` and `step.ai.infer`: the server makes an HTTP request for the step, after the app has answered. The
 * request belongs to the call whose answer asked for it. It holds that call's concurrency slots; if it fails, the call is
 * made again.
 */
@Injectable()
export class SendRequest implements OpHandler<SendRequestOp> {
  readonly codes = ['Gateway', 'AIGateway'] as const;

  constructor(
    private readonly steps: StepStore,
    private readonly requests: StepRequests,
  ) {}

  parse(op: Op): SendRequestOp {
    return { ...op, request: op.op === 'Gateway' ? plainRequest(op) : inference(op) };
  }

  apply(op: SendRequestOp, { run, item, now }: OpContext): Effect {
    const known = this.steps.get(run.id, op.id);
    if (known?.memo != null || this.requests.isUnderWay(run.id, op.id)) return KNOWN;
    // After a failed request only the retry (attempt > 0) may send it again; other calls of the run must not.
    if (known?.status === 'QUEUED' && item.attempt === 0) return PENDING;
    const { url, method } = op.request;
    this.steps.save({
      runId: run.id,
      id: op.id,
      name: nameOf(op),
      op: 'FETCH',
      status: 'RUNNING',
      // The query, the headers and the body may contain secrets, and no retry reads them from the store.
      opts: JSON.stringify({ url: url.replace(/[?#].*$/s, ''), method }),
      race: races(op),
      queuedAt: now,
      startedAt: now,
      endedAt: null,
    });
    return { kind: 'request', request: { ...op.request, op } };
  }
}

function plainRequest(op: Op): SendRequestOp['request'] {
  const { method, body } = op.opts ?? {};
  return {
    url: requiredText(op.opts?.['url'], op, 'opts.url'),
    // The Go SDK omits an unset method or body, or sends it empty.
    method: typeof method === 'string' && method !== '' ? method : 'POST',
    headers: headersOf(op),
    ...(typeof body === 'string' && body !== '' && { body }),
    read: ({ url, status, headers, body: text }) => ({ url, headers, body: text, status_code: status }),
    error: (reason) => ({ name: 'GatewayError', message: `Error making gateway request: ${reason}` }),
  };
}

/** A request to an AI model. Its JSON answer is the step's result. */
function inference(op: Op): SendRequestOp['request'] {
  const { body, auth_key: key, format } = op.opts ?? {};
  return {
    url: requiredText(op.opts?.['url'], op, 'opts.url'),
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization(format, key), ...headersOf(op) },
    body: JSON.stringify(body ?? {}),
    read: readInference,
    error: (reason) => ({ name: 'AIGatewayError', message: `Error making AI request: ${reason}` }),
  };
}

function readInference({ status, body }: StepResponse): unknown {
  if (status > 299) throw new RequestRefusedError(`unsuccessful status code: ${status}: ${body}`);
  try {
    return JSON.parse(body) as unknown;
  } catch {
    throw new RequestRefusedError('the answer is not JSON');
  }
}

/** The header in which each provider expects its key. */
function authorization(format: unknown, key: unknown): Record<string, string> {
  if (typeof key !== 'string' || key === '') return {};
  // The SDK has put Gemini's key into the URL.
  if (format === 'gemini') return {};
  if (format === 'anthropic') return { 'x-api-key': key };
  if (format === 'bedrock') return { authorization: key };
  return { authorization: `Bearer ${key}` };
}

/**
 * The headers that concern one connection, which a proxy must not forward (RFC 9110, 7.6.1, and RFC 2616, 13.5.1), and those
 * that describe how the body is sent. This server opens another connection and sets them itself.
 */
const CONNECTION_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The op's headers in lower case, without the connection headers: undici refuses requests with some of those. */
function headersOf(op: Op): Record<string, string> {
  const headers = op.opts?.['headers'];
  if (!isRecord(headers)) return {};
  const all = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)] as const);
  const named = all
    .filter(([name]) => name === 'connection')
    .flatMap(([, value]) => value.toLowerCase().split(','));
  const dropped = new Set([...CONNECTION_HEADERS, ...named.map((name) => name.trim())]);
  return Object.fromEntries(all.filter(([name]) => !dropped.has(name)));
}
