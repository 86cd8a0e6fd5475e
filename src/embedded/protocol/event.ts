import type { Sessions } from './sessions.js';

/** An event as it is stored; apps are sent the part that {@link eventForApp} makes of it. */
export interface StoredEvent {
  /** The server's own id. */
  internalId: string;
  /** The sender's id, or the internal one. */
  id: string;
  name: string;
  data: Record<string, unknown>;
  user?: Record<string, unknown>;
  v?: string;
  sessions?: Sessions;
  /** Milliseconds since 1970: when it happened, as the sender says, or when it arrived. */
  ts: number;
  receivedAt: number;
  /** Sent by the server itself (`inngest/…`). */
  internal: boolean;
}

/** The shape in which an app sees an event: in calls, in waits and in failure handlers. */
export interface AppEvent {
  data: Record<string, unknown>;
  id: string;
  name: string;
  ts: number;
  user: Record<string, unknown>;
  v?: string;
  meta?: { sessions: Sessions };
}

export function eventForApp(event: StoredEvent): AppEvent {
  return {
    data: event.data,
    id: event.id,
    name: event.name,
    ts: event.ts,
    user: event.user ?? {},
    ...(event.v !== undefined && { v: event.v }),
    ...(event.sessions && { meta: { sessions: event.sessions } }),
  };
}

/** Events that the server itself sends. */
export const InternalEvent = {
  FunctionFinished: 'inngest/function.finished',
  FunctionFailed: 'inngest/function.failed',
  FunctionCancelled: 'inngest/function.cancelled',
  FunctionInvoked: 'inngest/function.invoked',
  DeferredSchedule: 'inngest/deferred.schedule',
  ScheduledTimer: 'inngest/scheduled.timer',
} as const;
