import type { OutboxStore } from '../../store/outbox.store.js';

/** A sentence that says why an event has not been delivered yet; undefined when it has been. */
export function waitingOf(outbox: OutboxStore, eventId: string): string | undefined {
  const entry = outbox.ofEvent(eventId);
  if (!entry) return undefined;
  if (entry.setAsideAt !== null) return `set aside until the next start: ${entry.error}`;
  return entry.error === null ? 'waiting to be delivered' : `tried again after an error: ${entry.error}`;
}
