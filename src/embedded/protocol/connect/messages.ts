import {
  bytes,
  flag,
  MessageType,
  nested,
  nestedList,
  optionalLong,
  optionalText,
  text,
  texts,
  whole,
  type Message,
} from './wire.js';

/** The messages between Inngest and a connected worker, as `connect.v1` defines them (read in its source of August 2026). */

/** The kind of message in an {@link Envelope}. Workers send `Worker…`, the server sends `Gateway…`. */
export const Kind = {
  GatewayHello: 0,
  WorkerConnect: 1,
  GatewayConnectionReady: 2,
  GatewayExecutorRequest: 3,
  WorkerReady: 4,
  WorkerRequestAck: 5,
  WorkerReply: 6,
  /** Sent by the server: it has received the reply. */
  WorkerReplyAck: 7,
  WorkerPause: 8,
  WorkerHeartbeat: 9,
  GatewayHeartbeat: 10,
  GatewayClosing: 11,
  WorkerRequestExtendLease: 12,
  /** Sent by the server: the new lease, or none. */
  WorkerRequestExtendLeaseAck: 13,
  /** Sent by the server. */
  SyncFailed: 14,
  WorkerStatus: 15,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** How a call ended. Over HTTP, the status says it: 206, 200, 500. */
export const ResponseStatus = { NotCompleted: 0, Done: 1, Error: 2 } as const;

/** Every message on the WebSocket. */
export const Envelope = new MessageType({ kind: whole(1), payload: bytes(2) });

export const StartRequest = new MessageType({ excludeGateways: texts(1) });

export const StartResponse = new MessageType({
  connectionId: text(1),
  gatewayEndpoint: text(2),
  gatewayGroup: text(3),
  sessionToken: text(4),
  syncToken: text(5),
});

const AppConfiguration = new MessageType({
  appName: text(1),
  appVersion: optionalText(2),
  functions: bytes(4),
});

export const WorkerConnect = new MessageType({
  connectionId: text(1),
  instanceId: text(2),
  auth: nested(3, new MessageType({ sessionToken: text(1), syncToken: text(2) })),
  capabilities: bytes(4),
  apps: nestedList(5, AppConfiguration),
  /** Whether the worker reports with `WorkerReady` that it accepts calls. */
  manualReadiness: flag(6),
  framework: text(9),
  sdkVersion: text(11),
  sdkLanguage: text(12),
  /** How many calls the worker accepts at the same time; unlimited if absent or 0. */
  maxConcurrency: optionalLong(14),
});
export type WorkerConnect = Message<typeof WorkerConnect>;

/** The intervals at which the worker must send messages, as durations such as `10s`. */
export const ConnectionReady = new MessageType({
  heartbeatInterval: text(1),
  extendLeaseInterval: text(2),
  statusInterval: text(3),
});

/** One call to a function. */
export const ExecutorRequest = new MessageType({
  requestId: text(1),
  accountId: text(2),
  envId: text(3),
  appId: text(4),
  appName: text(5),
  functionId: text(6),
  functionSlug: text(7),
  stepId: optionalText(8),
  requestPayload: bytes(9),
  /** JSON that the worker sends back unchanged. */
  systemTraceCtx: bytes(10),
  userTraceCtx: bytes(11),
  runId: text(12),
  leaseId: text(13),
  jobId: text(14),
});
export type ExecutorRequest = Message<typeof ExecutorRequest>;

export const RequestAck = new MessageType({ requestId: text(1) });

export const ExtendLease = new MessageType({
  requestId: text(1),
  accountId: text(2),
  envId: text(3),
  appId: text(4),
  functionSlug: text(5),
  leaseId: text(10),
});

export const ExtendLeaseAck = new MessageType({
  requestId: text(1),
  accountId: text(2),
  envId: text(3),
  appId: text(4),
  functionSlug: text(5),
  newLeaseId: optionalText(6),
});

/** The answer of the app to a call. */
export const SdkResponse = new MessageType({
  requestId: text(1),
  status: whole(5),
  body: bytes(6),
  noRetry: flag(7),
  retryAfter: optionalText(8),
  sdkVersion: text(9),
  requestVersion: whole(10),
});
export type SdkResponse = Message<typeof SdkResponse>;

export const ReplyAck = new MessageType({ requestId: text(1) });

export const FlushResponse = new MessageType({ requestId: text(1) });

export const SystemError = new MessageType({ code: text(1), message: text(3) });
