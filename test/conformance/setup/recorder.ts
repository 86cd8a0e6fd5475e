import type { RequestHandler } from 'express';
import type { Clock } from '../../../src/clock/index.js';
import { isRecord } from '../../../src/common/is-record.js';

export interface RecordedAnswer {
  /** Milliseconds since 1970, by the server's clock. */
  at: number;
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

export interface Exchange {
  at: number;
  method: string;
  /** The path with its query. */
  path: string;
  headers: Record<string, string>;
  body: unknown;
  /** Absent while the request is in progress. */
  answer?: RecordedAnswer;
}

/** Records all requests between the server and the app, and their answers. */
export class Recorder {
  /** Requests of the server to the app, in the order of their arrival. */
  readonly toApp: Exchange[] = [];
  /** Requests of the app to the server. */
  readonly toServer: Exchange[] = [];
  private readonly stepNames = new Map<string, string>();

  constructor(private readonly clock: Clock) {}

  /** Express middleware. It must come after the body parser and before the SDK. */
  readonly recordApp: RequestHandler = (request, response, next) => {
    const exchange: Exchange = {
      at: this.clock.now(),
      method: request.method,
      path: request.originalUrl,
      headers: flat(request.headers),
      body: request.body as unknown,
    };
    this.toApp.push(exchange);
    let sent: unknown;
    const send = response.send.bind(response);
    response.send = (body: unknown) => {
      sent = body;
      return send(body);
    };
    response.once('finish', () => {
      const body = parsed(typeof sent === 'string' ? sent : '');
      this.learnSteps(body);
      exchange.answer = {
        at: this.clock.now(),
        status: response.statusCode,
        headers: flat(response.getHeaders()),
        body,
      };
    });
    next();
  };

  /** The `fetch` of the SDK's client. */
  readonly fetch: typeof fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const exchange: Exchange = {
      at: this.clock.now(),
      method: init?.method ?? 'GET',
      path: url.pathname + url.search,
      headers: Object.fromEntries(new Headers(init?.headers)),
      body: parsed(typeof init?.body === 'string' ? init.body : ''),
    };
    if (isRecord(exchange.body)) this.learnSteps(exchange.body['steps']);
    this.toServer.push(exchange);
    const response = await fetch(input, init);
    exchange.answer = {
      at: this.clock.now(),
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: parsed(await response.clone().text()),
    };
    return response;
  };

  /** The name of a step in its function, with `:<index>` if the function used the name before. */
  stepName(id: string): string {
    return this.stepNames.get(id) ?? id;
  }

  private learnSteps(ops: unknown): void {
    if (!Array.isArray(ops)) return;
    for (const op of ops as unknown[]) {
      if (!isRecord(op) || !isRecord(op['userland'])) continue;
      const { id, index } = op['userland'];
      this.stepNames.set(
        String(op['id']),
        typeof index === 'number' && index > 0 ? `${String(id)}:${index}` : String(id),
      );
    }
  }
}

/** The parsed JSON, or the text itself if it is not JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function flat(headers: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}
