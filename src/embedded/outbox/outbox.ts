import { Injectable } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { FunctionRegistry } from '../functions/function-registry.js';
import { Changes, Wakeup } from '../notices/notices.js';
import type { StoredEvent } from '../protocol/event.js';
import { EventStore } from '../store/event.store.js';
import { Ids } from '../store/ids.js';
import { OutboxStore } from '../store/outbox.store.js';
import { WaitStore } from '../store/wait.store.js';

/** An event to store. If it has no `id`, it gets its internal id. */
export type NewEvent = Pick<StoredEvent, 'name' | 'data' | 'sessions'> &
  Partial<Pick<StoredEvent, 'id' | 'user' | 'v' | 'ts'>>;

/**
 * Stores events for delivery. Every method is a part of the caller's transaction. The dispatcher delivers the events at
 * the end of that transaction or after it, so that code which sends an event is never called again by its delivery.
 */
@Injectable()
export class Outbox {
  constructor(
    private readonly entries: OutboxStore,
    private readonly events: EventStore,
    private readonly waits: WaitStore,
    private readonly functions: FunctionRegistry,
    private readonly changes: Changes,
    private readonly wakeup: Wakeup,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /**
   * Stores an event that the server itself sends, for delivery.
   *
   * @param functionId the function to which alone the event is delivered. Default: all that listen to it
   */
  announce(event: NewEvent, functionId?: string): StoredEvent {
    const stored = this.store(event, { internal: true });
    if (functionId !== undefined) this.deliver(stored.internalId, functionId);
    else this.deliverIfAwaited(stored);
    return stored;
  }

  /** Adds a stored event to the outbox. */
  deliver(eventId: string, functionId?: string): void {
    this.entries.add(eventId, functionId ?? null, this.clock.steady());
    this.wakeup.afterCommit();
  }

  /**
   * Adds a stored event to the outbox, unless nothing listens to its name: no trigger, no wait, and no `cancelOn`. (A run of
   * a function with `cancelOn` may start from an earlier event in the outbox.) Nothing listens to most events that the
   * server itself sends; without a delivery, such an event takes a single statement.
   */
  deliverIfAwaited({ internalId, name }: Pick<StoredEvent, 'internalId' | 'name'>): void {
    const isAwaited =
      this.functions.isListenedTo(name) ||
      this.waits.hasAny('event', name) ||
      this.waits.hasAny('cancel', name);
    if (isAwaited) this.deliver(internalId);
  }

  /** Stores an event without adding it to the outbox. */
  store(event: NewEvent, { internal, internalId }: { internal: boolean; internalId?: string }): StoredEvent {
    const now = this.clock.now();
    const id = internalId ?? this.ids.ulid();
    const stored: StoredEvent = {
      internalId: id,
      id: event.id ?? id,
      name: event.name,
      data: event.data,
      ...(event.user && { user: event.user }),
      ...(event.v !== undefined && { v: event.v }),
      ...(event.sessions && { sessions: event.sessions }),
      ts: event.ts ?? now,
      receivedAt: now,
      internal,
    };
    this.events.insert(stored);
    this.changes.mark({ kind: 'event', eventId: id });
    return stored;
  }
}
