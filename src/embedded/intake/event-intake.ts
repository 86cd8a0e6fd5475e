import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { PatientStore } from '../faults/patient-store.js';
import type { AppFunction } from '../functions/app-function.js';
import { Outbox } from '../outbox/outbox.js';
import { InternalEvent } from '../protocol/event.js';
import { FunctionScheduler, type Scheduled } from '../starts/function-scheduler.js';
import { StoreUnavailableError } from '../store/database.js';
import { EventStore } from '../store/event.store.js';
import { Ids } from '../store/ids.js';
import { Timers } from '../timers/timers.js';
import { mustFit, type IncomingEvent } from './incoming-event.js';

const DELIVER = 'deliver-event';

/** How many events are stored in one transaction: a turn of the process must stay short. */
const EVENTS_PER_TRANSACTION = 100;

/** What was stored of a request. */
export interface Accepted {
  /** The internal ids of the events that are certain now, in the order in which they were sent. */
  ids: string[];
  /** Why the others are not. */
  unavailable?: StoreUnavailableError;
}

/** Takes events in: they are stored, and the outbox has them delivered. */
@Injectable()
export class EventIntake implements OnModuleInit {
  constructor(
    private readonly store: PatientStore,
    private readonly events: EventStore,
    private readonly outbox: Outbox,
    private readonly scheduler: FunctionScheduler,
    private readonly timers: Timers,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  onModuleInit(): void {
    this.timers.on(DELIVER, ({ payload }) => this.outbox.deliver(String(payload)));
  }

  /**
   * Stores events that a client sent.
   *
   * @param seeded ids that the client asked for; an event that is stored under one already is not stored again
   */
  async accept(events: readonly IncomingEvent[], seeded?: readonly string[]): Promise<Accepted> {
    const ids: string[] = [];
    try {
      for (let first = 0; first < events.length; first += EVENTS_PER_TRANSACTION) {
        if (first > 0) await nextTurn();
        const part = events.slice(first, first + EVENTS_PER_TRANSACTION);
        ids.push(
          ...(await this.store.forRequest(() =>
            part.map((event, index) => this.take(event, seeded?.[first + index])),
          )),
        );
      }
      return { ids };
    } catch (error) {
      if (error instanceof StoreUnavailableError) return { ids, unavailable: error };
      throw error;
    }
  }

  /**
   * Runs one function with these data, whatever its triggers are.
   *
   * @throws InvalidEventError when the data are too large for an event
   * @throws StoreUnavailableError
   */
  async invoke(
    fn: AppFunction,
    { data, ...event }: Pick<IncomingEvent, 'data' | 'v' | 'sessions'>,
  ): Promise<Scheduled> {
    mustFit({ ...event, data });
    return this.store.forRequest(() => {
      const invoked = {
        ...event,
        name: InternalEvent.FunctionInvoked,
        data: { ...data, _inngest: { fn_id: fn.slug } },
      };
      return this.scheduler.schedule(fn, this.outbox.store(invoked, { internal: true }));
    });
  }

  /** Returns the internal id. */
  private take(event: IncomingEvent, seeded: string | undefined): string {
    const internalId = seeded ?? this.ids.ulid();
    if (seeded !== undefined && this.events.get(seeded)) return seeded;
    const { ts } = this.outbox.store(event, { internal: false, internalId });
    if (ts > this.clock.now()) {
      this.timers.set({
        id: `${DELIVER}:${internalId}`,
        kind: DELIVER,
        at: ts,
        scale: 'wall',
        runId: null,
        payload: internalId,
      });
    } else {
      this.outbox.deliver(internalId);
    }
    return internalId;
  }
}
