import type { WebSocket } from 'ws';
import type { Release } from '../../clock/index.js';
import { messageOf } from '../../common/error-text.js';
import { isLoopback } from '../../common/loopback.js';
import type { ConnectedCaller } from '../connections/connected-caller.js';
import type { ConnectTiming } from '../connections/connect-timing.js';
import type { Connections } from '../connections/connections.js';
import type { WorkerConnection } from '../connections/worker-connection.js';
import { connectUrlOf } from '../protocol/connect/connect-url.js';
import {
  ConnectionReady,
  Envelope,
  ExtendLease,
  ExtendLeaseAck,
  Kind,
  ReplyAck,
  RequestAck,
  SdkResponse,
  SystemError,
} from '../protocol/connect/messages.js';
import { MalformedMessageError, type Message } from '../protocol/connect/wire.js';
import { InvalidRegistrationError } from '../registration/invalid-registration.error.js';
import type { Registration } from '../registration/registration.js';
import { readIntroduction, type Introduction } from './introduction.js';
import { CloseCode, RefusedWorkerError } from './refused-worker.error.js';
import type { SessionTokens } from './session-tokens.js';

/** What all sessions use. */
export interface SessionParts {
  readonly connections: Connections;
  readonly caller: ConnectedCaller;
  readonly registration: Registration;
  readonly tokens: SessionTokens;
  readonly timing: ConnectTiming;
  /** Whether workers had to show the signing key to get their token. */
  readonly areSigned: boolean;
  /** Logs why a worker was refused. */
  readonly onRefused: (reason: string) => void;
}

/** One WebSocket of a worker, from the server's hello to the close. */
export class GatewaySession {
  private connection: WorkerConnection | undefined;
  private hasIntroducedItself = false;
  private isRegistered = false;
  private cancelTimer: Release;

  /** @param from the IP address of the worker */
  constructor(
    private readonly socket: WebSocket,
    private readonly from: string | undefined,
    private readonly parts: SessionParts,
  ) {
    const { clock, helloMs } = parts.timing;
    this.cancelTimer = clock.after(
      helloMs,
      () => this.close(CloseCode.Policy, 'connect_worker_hello_timeout'),
      'background',
    );
    socket.on('message', (data: Buffer) => this.receive(data));
    socket.on('close', () => this.ended());
    // A `close` event follows.
    socket.on('error', () => socket.terminate());
    this.send(Kind.GatewayHello);
  }

  private get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  private receive(data: Buffer): void {
    this.guarded(() => {
      const message = Envelope.decode(data);
      if (!this.hasIntroducedItself) this.receiveFirst(message);
      else if (this.connection && this.isRegistered) this.handle(message, this.connection);
      // The worker sent this answer before it learned that the server had closed the session. The answer still counts, or
      // another worker would do the same work again.
      else if (this.isRegistered && message.kind === Kind.WorkerReply) this.takeReply(message.payload);
    });
  }

  /** Closes the connection on an error, so that no message of a worker can end the process. */
  private guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (error instanceof RefusedWorkerError) this.refuse(error);
      else if (error instanceof MalformedMessageError) {
        this.close(CloseCode.BadPayload, 'failed to unmarshal Protobuf');
      } else this.refuse(internalError(error));
    }
  }

  private receiveFirst({ kind, payload }: Message<typeof Envelope>): void {
    this.hasIntroducedItself = true;
    this.cancelTimer();
    if (kind !== Kind.WorkerConnect) {
      const message = 'Invalid first message, expected sdk-connect';
      throw new RefusedWorkerError('connect_worker_hello_invalid_msg', message);
    }
    const { tokens } = this.parts;
    void this.register(readIntroduction(payload, (token, id) => tokens.isGood(token, id)));
  }

  private async register(introduction: Introduction): Promise<void> {
    const { connectionId: id, instanceId, apps, maxConcurrency } = introduction;
    const isOpen = (): boolean => this.isOpen;
    const send: WorkerConnection['send'] = (kind, payload) => this.send(kind, payload);
    this.connection = { id, instanceId, apps, maxConcurrency, isOpen, send };
    // Before the registration, so that calls of the app wait for this worker and do not fail meanwhile.
    this.parts.connections.add(this.connection);
    try {
      for (const app of apps) await this.registerApp(app);
    } catch (error) {
      this.syncFailed(error);
      return;
    }
    if (!this.isOpen) return;
    this.isRegistered = true;
    this.expectHeartbeats();
    const { heartbeatMs, extendLeaseMs } = this.parts.timing;
    this.send(
      Kind.GatewayConnectionReady,
      ConnectionReady.encode({
        heartbeatInterval: `${heartbeatMs}ms`,
        extendLeaseInterval: `${extendLeaseMs}ms`,
        statusInterval: '0s',
      }),
    );
    if (!introduction.reportsReady) this.parts.connections.enter(id, 'ready');
  }

  private async registerApp({ name, registration }: Introduction['apps'][number]): Promise<void> {
    const { areSigned } = this.parts;
    const isTrusted = areSigned || (this.from !== undefined && isLoopback(this.from));
    const url = connectUrlOf(name, isTrusted ? undefined : plainAddress(this.from));
    await this.parts.registration.register(
      { ...registration, url },
      { kind: 'connection', isSigned: areSigned, from: this.from },
    );
  }

  private syncFailed(error: unknown): void {
    const refused =
      error instanceof InvalidRegistrationError
        ? new RefusedWorkerError('connect_invalid_function_config', error.message)
        : internalError(error);
    const { code, message } = refused;
    this.send(Kind.SyncFailed, SystemError.encode({ code, message }));
    this.refuse(refused);
  }

  private handle({ kind, payload }: Message<typeof Envelope>, connection: WorkerConnection): void {
    const { connections, caller } = this.parts;
    switch (kind) {
      case Kind.WorkerReady:
        connections.enter(connection.id, 'ready');
        break;
      case Kind.WorkerHeartbeat:
        connections.heard(connection.id);
        this.expectHeartbeats();
        this.send(Kind.GatewayHeartbeat);
        break;
      case Kind.WorkerPause:
        connections.enter(connection.id, 'draining');
        caller.paused(connection);
        break;
      case Kind.WorkerRequestAck:
        caller.acknowledged(RequestAck.decode(payload).requestId, connection);
        break;
      case Kind.WorkerRequestExtendLease:
        this.extendLease(ExtendLease.decode(payload));
        break;
      case Kind.WorkerReply:
        this.takeReply(payload);
    }
  }

  private takeReply(payload: Uint8Array): void {
    const response = SdkResponse.decode(payload);
    this.parts.caller.answered(response);
    this.send(Kind.WorkerReplyAck, ReplyAck.encode({ requestId: response.requestId }));
  }

  private extendLease({ leaseId, ...about }: Message<typeof ExtendLease>): void {
    const newLeaseId = this.parts.caller.extendLease(about.requestId, leaseId);
    this.send(
      Kind.WorkerRequestExtendLeaseAck,
      ExtendLeaseAck.encode({ ...about, ...(newLeaseId !== undefined && { newLeaseId }) }),
    );
  }

  private expectHeartbeats(): void {
    this.cancelTimer();
    const { clock, deadMs } = this.parts.timing;
    this.cancelTimer = clock.after(
      deadMs,
      () => this.close(CloseCode.Policy, 'CONSECUTIVE_HEARTBEATS_MISSED'),
      'background',
    );
  }

  private send(kind: Kind, payload?: Uint8Array): void {
    if (!this.isOpen) return;
    this.socket.send(Envelope.encode({ kind, ...(payload && { payload }) }));
  }

  private refuse(error: RefusedWorkerError): void {
    this.parts.onRefused(error.message);
    this.close(error.closeCode, error.code);
  }

  /** If the worker does not answer the close, `ws` ends the connection after 30 s. */
  private close(code: number, reason: string): void {
    this.socket.close(code, reason);
    this.ended();
  }

  private ended(): void {
    this.cancelTimer();
    const { connection } = this;
    this.connection = undefined;
    if (!connection) return;
    this.parts.connections.remove(connection);
    this.parts.caller.disconnected(connection);
  }
}

function internalError(error: unknown): RefusedWorkerError {
  return new RefusedWorkerError('connect_internal_error', messageOf(error), CloseCode.Internal);
}

/** Removes the prefix `::ffff:`, with which Node shows an IPv4 address if the server listens on IPv6. */
function plainAddress(address = 'unknown'): string {
  return address.replace(/^::ffff:/i, '');
}
