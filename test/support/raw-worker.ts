import { once } from 'node:events';
import { WebSocket } from 'ws';
import {
  Envelope,
  ExecutorRequest,
  ExtendLease,
  ExtendLeaseAck,
  Kind,
  RequestAck,
  ResponseStatus,
  SdkResponse,
  StartRequest,
  StartResponse,
  WorkerConnect,
} from '../../src/embedded/protocol/connect/messages.js';
import type { Message } from '../../src/embedded/protocol/connect/wire.js';

type Received = Message<typeof Envelope>;
type Call = Message<typeof ExecutorRequest>;

export interface RawApp {
  name: string;
  functions: readonly object[];
}

export interface RawWorkerOptions {
  instanceId?: string;
  maxConcurrency?: number;
}

/** A function as an SDK registers it over a connection. */
export function wsFunction(app: string, id: string, event: string, options: object = {}): object {
  const url = `wss://connect?fnId=${app}-${id}&stepId=step`;
  const step = { id: 'step', name: 'step', runtime: { type: 'ws', url } };
  return { id: `${app}-${id}`, name: id, triggers: [{ event }], steps: { step }, ...options };
}

/** An app "app" with one function "fn" that the event "go" triggers. */
export const APP: RawApp = { name: 'app', functions: [wsFunction('app', 'fn', 'go')] };

/** Requests a connection, as an SDK does. */
export async function startConnection(
  url: string,
  headers: Record<string, string> = {},
): Promise<Message<typeof StartResponse>> {
  const answer = await fetch(`${url}/v0/connect/start`, {
    method: 'POST',
    headers: { 'content-type': 'application/protobuf', ...headers },
    body: new Uint8Array(StartRequest.encode({ excludeGateways: [] })),
  });
  if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
  return StartResponse.decode(new Uint8Array(await answer.arrayBuffer()));
}

/** A worker that sends protocol messages one by one, as a test directs. */
export class RawWorker {
  private readonly received: Received[] = [];
  private waiting: (() => void)[] = [];
  /** The code and reason with which the server closed the connection. */
  readonly closed: Promise<{ code: number; reason: string }>;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => {
      this.received.push(Envelope.decode(data));
      for (const wake of this.waiting.splice(0)) wake();
    });
    this.closed = new Promise((resolve) =>
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() })),
    );
  }

  /** Opens a WebSocket and waits for the server's hello. */
  static async open(endpoint: string, protocols = ['v0.connect.inngest.com']): Promise<RawWorker> {
    const socket = new WebSocket(endpoint, protocols);
    const worker = new RawWorker(socket);
    await once(socket, 'open');
    await worker.next(Kind.GatewayHello);
    return worker;
  }

  /** Connects, registers apps, and announces that it accepts calls. */
  static async ready(
    url: string,
    apps: readonly RawApp[] = [APP],
    options: RawWorkerOptions = {},
  ): Promise<RawWorker> {
    const worker = await RawWorker.introduced(url, apps, options);
    await worker.next(Kind.GatewayConnectionReady);
    worker.send(Kind.WorkerReady);
    await worker.heartbeat();
    return worker;
  }

  /** Connects and sends the worker's introduction, which registers its apps. */
  static async introduced(
    url: string,
    apps: readonly RawApp[] = [APP],
    options: RawWorkerOptions = {},
  ): Promise<RawWorker> {
    const { connectionId, gatewayEndpoint, sessionToken } = await startConnection(url);
    const worker = await RawWorker.open(gatewayEndpoint);
    worker.send(Kind.WorkerConnect, introduction(connectionId, sessionToken, apps, options));
    return worker;
  }

  send(kind: Kind, payload: Uint8Array = new Uint8Array()): void {
    this.socket.send(Envelope.encode({ kind, payload }));
  }

  /** Returns the first message of this kind that no earlier call returned. Waits for it if necessary. */
  async next(kind: Kind): Promise<Uint8Array> {
    for (;;) {
      const at = this.received.findIndex((message) => message.kind === kind);
      if (at >= 0) return this.received.splice(at, 1)[0]!.payload;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  /** Sends a heartbeat and waits for the server's. By then, the server has processed all earlier messages. */
  async heartbeat(): Promise<void> {
    this.send(Kind.WorkerHeartbeat);
    await this.next(Kind.GatewayHeartbeat);
  }

  async nextCall(): Promise<Call> {
    return ExecutorRequest.decode(await this.next(Kind.GatewayExecutorRequest));
  }

  acknowledge({ requestId }: Call): void {
    this.send(Kind.WorkerRequestAck, RequestAck.encode({ requestId }));
  }

  /** Waits for a call and acknowledges it. */
  async takeCall(): Promise<Call> {
    const call = await this.nextCall();
    this.acknowledge(call);
    return call;
  }

  /** @returns the id of the new lease; undefined when the server refuses the extension */
  async extendLease({ requestId }: Call, leaseId: string): Promise<string | undefined> {
    this.send(Kind.WorkerRequestExtendLease, ExtendLease.encode({ requestId, leaseId }));
    return ExtendLeaseAck.decode(await this.next(Kind.WorkerRequestExtendLeaseAck)).newLeaseId;
  }

  /** Answers a call with the return value of the function. */
  reply(call: Call, output: unknown): void {
    this.send(Kind.WorkerReply, response(call, output));
  }

  close(): Promise<void> {
    this.socket.terminate();
    return Promise.resolve();
  }
}

/** The message that answers a call with the function's return value. */
export function response({ requestId }: Call, output: unknown): Buffer {
  return SdkResponse.encode({
    requestId,
    status: ResponseStatus.Done,
    body: Buffer.from(JSON.stringify(output)),
    sdkVersion: 'test:v1',
    requestVersion: 2,
  });
}

/** The message with which a worker introduces itself and registers its apps. */
export function introduction(
  connectionId: string,
  sessionToken: string,
  apps: readonly RawApp[],
  { instanceId = connectionId, maxConcurrency }: RawWorkerOptions = {},
): Buffer {
  return WorkerConnect.encode({
    connectionId,
    instanceId,
    auth: { sessionToken, syncToken: '' },
    apps: apps.map(({ name, functions }) => ({
      appName: name,
      functions: Buffer.from(JSON.stringify(functions)),
      appVersion: undefined,
    })),
    manualReadiness: true,
    framework: 'connect',
    sdkLanguage: 'test',
    sdkVersion: 'v1',
    ...(maxConcurrency !== undefined && { maxConcurrency }),
  });
}
