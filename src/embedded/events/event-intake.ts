import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import type { AppFunction } from '../apps/app-function.js';
import { Announcements } from '../execution/announcements.js';
import { Changes } from '../execution/bell.js';
import { Timers } from '../execution/timers.js';
import { Ids } from '../ids.js';
import { InternalEvent, type StoredEvent } from '../protocol/event.js';
import { Database } from '../store/database.js';
import { EventStore } from '../store/event.store.js';
import { EventDelivery } from './event-delivery.js';
import { FunctionScheduler, type Scheduled } from './function-scheduler.js';
import { mustFit, type IncomingEvent } from './incoming-event.js';

const DELIVER = 'deliver-event';

/** Takes events in: they are stored first, and then delivered to whatever they concern, in one transaction. */
@Injectable()
export class EventIntake implements OnModuleInit {
  constructor(
    private readonly db: Database,
    private readonly events: EventStore,
    private readonly delivery: EventDelivery,
    private readonly scheduler: FunctionScheduler,
    private readonly announcements: Announcements,
    private readonly timers: Timers,
    private readonly changes: Changes,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  onModuleInit(): void {
    this.announcements.onAnnounce((announcement) => this.take(announcement, { internal: true }));
    this.timers.on(DELIVER, (timer) => {
      const event = this.events.get(String(timer.payload));
      if (event) this.delivery.deliver(event);
    });
  }

  /**
   * Stores and delivers events that a client sent. When this returns they are certain.
   *
   * @param seeded ids that the client asked for; an event that is stored under one already is not taken again
   * @returns the internal ids
   */
  accept(events: readonly IncomingEvent[], seeded?: readonly string[]): string[] {
    return this.db.transaction(() =>
      events.map((event, index) => {
        const internalId = seeded?.[index] ?? this.ids.ulid();
        if (!this.events.get(internalId)) this.take(event, { internal: false, internalId });
        return internalId;
      }),
    );
  }

  /**
   * Runs one function with these data, whatever its triggers are.
   *
   * @param meta what the server notes of the invocation, for itself
   * @throws InvalidEventError when the data are too large for an event
   */
  invoke(
    fn: AppFunction,
    { data, ...event }: Pick<IncomingEvent, 'data' | 'v' | 'sessions'>,
    meta: Record<string, unknown> = {},
  ): Scheduled {
    mustFit({ ...event, data });
    return this.db.transaction(() => {
      const stored = this.store(
        {
          ...event,
          name: InternalEvent.FunctionInvoked,
          data: { ...data, _inngest: { fn_id: fn.slug, ...meta } },
        },
        { internal: true },
      );
      return this.scheduler.schedule(fn, stored);
    });
  }

  private take(event: IncomingEvent, options: { internal: boolean; internalId?: string }): void {
    const stored = this.store(event, options);
    if (stored.ts > this.clock.now() && !options.internal) {
      this.timers.set({
        id: `${DELIVER}:${stored.internalId}`,
        kind: DELIVER,
        at: stored.ts,
        runId: null,
        payload: stored.internalId,
      });
      return;
    }
    this.delivery.deliver(stored);
  }

  private store(event: IncomingEvent, options: { internal: boolean; internalId?: string }): StoredEvent {
    const now = this.clock.now();
    const internalId = options.internalId ?? this.ids.ulid();
    const stored: StoredEvent = {
      internalId,
      id: event.id ?? internalId,
      name: event.name,
      data: event.data,
      ...(event.user && { user: event.user }),
      ...(event.v !== undefined && { v: event.v }),
      ...(event.sessions && { sessions: event.sessions }),
      ts: event.ts ?? now,
      receivedAt: now,
      internal: options.internal,
    };
    this.events.insert(stored);
    this.changes.mark({ kind: 'event', eventId: internalId });
    return stored;
  }
}
