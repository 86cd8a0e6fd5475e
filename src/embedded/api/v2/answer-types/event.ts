import type { RunStatus } from './run.js';

/** What an event led to for one function. */
export interface OutcomeView {
  app: { id: string };
  function: { id: string; name: string };
  run?: { id: string; status: RunStatus };
  /** A sentence that says why there is no run, or none yet. */
  reason?: string;
  /** In ISO 8601. */
  at: string;
}

/** A stored event. Times are in ISO 8601. */
export interface EventView {
  /** The id that the server gave it. */
  id: string;
  /** The id that the sender gave it, if any. */
  senderId?: string;
  name: string;
  data: Record<string, unknown>;
  /** When it happened, according to the sender. The server delivers an event with a future time at that time. */
  ts: string;
  receivedAt: string;
  /** Whether the server itself made it. */
  isInternal: boolean;
  /** A sentence that says why it has not been delivered yet. */
  waiting?: string;
  outcomes: OutcomeView[];
}

/** The answer to an event that was sent. */
export interface SentEvent {
  /** The id that the server gave the event. */
  eventId: string;
}
