import { Injectable } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { FunctionRegistry } from '../functions/function-registry.js';
import { Changes, Wakeup } from '../notices/notices.js';
import type { StoredEvent } from '../protocol/event.js';
import { EventStore } from '../store/event.store.js';
import { Ids } from '../store/ids.js';
import { OutboxStore } from '../store/outbox.store.js';
import { WaitStore } from '../store/wait.store.js';

/** An event that is to be stored. Without an `id`, the internal one is used. */
export type NewEvent = Pick<StoredEvent, 'name' | 'data' | 'sessions'> &
  Partial<Pick<StoredEvent, 'id' | 'user' | 'v' | 'ts'>>;

/**
 * Events that are stored and not delivered yet. Every method is a part of the caller's transaction; the dispatcher
 * delivers them when it is committed. So no piece of work delivers an event from inside itself.
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
   * Stores an event that the server itself sends, and has it delivered.
   *
   * @param functionId the only function that it is for
   */
  announce(event: NewEvent, functionId?: string): StoredEvent {
    const stored = this.store(event, { internal: true });
    if (functionId !== undefined) this.deliver(stored.internalId, functionId);
    else this.deliverIfAwaited(stored);
    return stored;
  }

  /** Has a stored event delivered. */
  deliver(eventId: string, functionId?: string): void {
    this.entries.add(eventId, functionId ?? null, this.clock.steady());
    this.wakeup.afterCommit();
  }

  /**
   * Has a stored event delivered, unless nothing listens to its name: no trigger, no `cancelOn` of a function whose runs
   * an earlier event may be about to start, and no wait. Most events that the server announces are such events; without a
   * delivery one costs a fifth.
   */
  deliverIfAwaited({ internalId, name }: Pick<StoredEvent, 'internalId' | 'name'>): void {
    const isAwaited =
      this.functions.isListenedTo(name) ||
      this.waits.hasAny('event', name) ||
      this.waits.hasAny('cancel', name);
    if (isAwaited) this.deliver(internalId);
  }

  /** Stores an event, and nothing else. */
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
