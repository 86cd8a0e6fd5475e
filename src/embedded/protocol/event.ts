import type { Sessions } from './sessions.js';

/** A stored event. {@link eventForApp} makes the form that apps get. */
export interface StoredEvent {
  /** The id that the server gave it. */
  internalId: string;
  /** The id that the sender gave it; without one, the internal id. */
  id: string;
  name: string;
  data: Record<string, unknown>;
  user?: Record<string, unknown>;
  v?: string;
  sessions?: Sessions;
  /** When it happened, according to the sender; otherwise when it arrived. Milliseconds since 1970. */
  ts: number;
  receivedAt: number;
  /** Whether the server itself made it (`inngest/…`). */
  internal: boolean;
}

/** The form in which an app gets an event: in calls, in waits and in failure handlers. */
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

/** The names of the events that the server itself makes. */
export const InternalEvent = {
  FunctionFinished: 'inngest/function.finished',
  FunctionFailed: 'inngest/function.failed',
  FunctionCancelled: 'inngest/function.cancelled',
  FunctionInvoked: 'inngest/function.invoked',
  DeferredSchedule: 'inngest/deferred.schedule',
  ScheduledTimer: 'inngest/scheduled.timer',
} as const;
