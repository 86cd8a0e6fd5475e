import type { RunStatus } from './run.js';

/** What an event led to for one function. */
export interface OutcomeView {
  app: { id: string };
  function: { id: string; name: string };
  run?: { id: string; status: RunStatus };
  /** Why there is no run, or not yet; for people. */
  reason?: string;
  /** In ISO 8601. */
  at: string;
}

/** A stored event. Times are in ISO 8601. */
export interface EventView {
  /** The server's own id. */
  id: string;
  /** The sender's id, if it sent one. */
  senderId?: string;
  name: string;
  data: Record<string, unknown>;
  /** When it happened, as the sender says. An event with a time in the future is delivered then. */
  ts: string;
  receivedAt: string;
  /** The server itself sent it. */
  isInternal: boolean;
  /** Why it has not been delivered yet, for people. */
  waiting?: string;
  outcomes: OutcomeView[];
}

/** What sending an event answers. */
export interface SentEvent {
  /** The server's own id of the event. */
  eventId: string;
}
