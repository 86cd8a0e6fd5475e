import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { PatientStore } from '../faults/patient-store.js';
import type { AppFunction } from '../functions/app-function.js';
import { Outbox } from '../outbox/outbox.js';
import { InternalEvent } from '../protocol/event.js';
import { FunctionScheduler, type Scheduled } from '../starts/function-scheduler.js';
import { StoreUnavailableError } from '../store/database.js';
import { FlowStore } from '../store/flow.store.js';
import { EventStore } from '../store/event.store.js';
import { Ids } from '../store/ids.js';
import { AppTime } from '../timers/app-time.js';
import { Timers } from '../timers/timers.js';
import { assertFits, type IncomingEvent } from './incoming-event.js';

const DELIVER = 'deliver-event';

/** How many events one transaction stores, so that the turn stays short. */
const EVENTS_PER_TRANSACTION = 100;

/** How long the idempotency key of an invocation counts, in milliseconds: as long as that of a function. */
const IDEMPOTENCY_MS = 24 * 60 * 60 * 1_000;

/** The result of an invocation. */
export type Invoked =
  | Scheduled
  /** The idempotency key was used before, for the run with this id; undefined when that run has not started yet. */
  | { kind: 'repeated'; runId: string | undefined };

/** The events of a request that were stored. */
export interface Accepted {
  /** The internal ids of the stored events, in the order in which the client sent them. */
  ids: string[];
  /** Why the other events were not stored. */
  unavailable?: StoreUnavailableError;
}

/** Stores the events that clients send and puts them into the outbox. */
@Injectable()
export class EventIntake implements OnModuleInit {
  constructor(
    private readonly store: PatientStore,
    private readonly events: EventStore,
    private readonly flow: FlowStore,
    private readonly outbox: Outbox,
    private readonly scheduler: FunctionScheduler,
    private readonly timers: Timers,
    private readonly clock: Clock,
    private readonly appTime: AppTime,
    private readonly ids: Ids,
  ) {}

  onModuleInit(): void {
    this.timers.on(DELIVER, ({ payload }) => this.outbox.deliver(String(payload)));
  }

  /**
   * Stores events that a client sent.
   *
   * @param seeded internal ids that the client chose. An event whose id is already stored is not stored again
   */
  async accept(events: readonly IncomingEvent[], seeded?: readonly string[]): Promise<Accepted> {
    const ids: string[] = [];
    try {
      for (let first = 0; first < events.length; first += EVENTS_PER_TRANSACTION) {
        if (first > 0) await nextTurn();
        const part = events.slice(first, first + EVENTS_PER_TRANSACTION);
        ids.push(
          ...(await this.store.forRequest(
            () => part.map((event, index) => this.acceptOne(event, seeded?.[first + index])),
            { allowsPass: true },
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
   * Invokes one function with these data, whether or not it has triggers.
   *
   * @param idempotencyKey a second invocation with the same key within 24 hours starts nothing
   * @throws InvalidEventError when the data are too large for an event
   * @throws StoreUnavailableError
   */
  async invoke(
    fn: AppFunction,
    { data, ...event }: Pick<IncomingEvent, 'data' | 'v' | 'sessions'>,
    idempotencyKey?: string,
  ): Promise<Invoked> {
    assertFits({ ...event, data });
    return this.store.forRequest(() => {
      const key = idempotencyKey === undefined ? undefined : `invoke:${fn.id}:${sha256(idempotencyKey)}`;
      const now = this.clock.steady();
      if (key !== undefined && (this.flow.arrival(key)?.at ?? 0) > now) {
        return { kind: 'repeated', runId: this.flow.lastRun(key) };
      }
      const invoked = {
        ...event,
        name: InternalEvent.FunctionInvoked,
        data: { ...data, _inngest: { fn_id: fn.slug } },
      };
      const scheduled = this.scheduler.schedule(fn, this.outbox.store(invoked, { internal: true }));
      if (key !== undefined && scheduled.kind !== 'skipped') {
        const runId = scheduled.kind === 'started' ? scheduled.runId : undefined;
        this.flow.setArrival(key, { at: now + IDEMPOTENCY_MS, part: 0 }, runId);
      }
      return scheduled;
    });
  }

  private withOwnTime(event: IncomingEvent): IncomingEvent {
    return event.ts === undefined ? event : { ...event, ts: this.appTime.arrived(event.ts) };
  }

  /** Stores one event and returns its internal id. */
  private acceptOne(event: IncomingEvent, seeded: string | undefined): string {
    const internalId = seeded ?? this.ids.ulid();
    if (seeded !== undefined && this.events.get(seeded)) return seeded;
    const stored = this.outbox.store(this.withOwnTime(event), { internal: false, internalId });
    if (stored.ts > this.clock.now()) {
      this.timers.set({
        id: `${DELIVER}:${internalId}`,
        kind: DELIVER,
        at: stored.ts,
        scale: 'wall',
        runId: null,
        payload: internalId,
      });
    } else {
      this.outbox.deliverIfAwaited(stored);
    }
    return internalId;
  }
}

/** The hash under which keys are stored, so that they may have any length and any character. */
function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
