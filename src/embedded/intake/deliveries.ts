import { isDamaged } from '../store/stored-json.js';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { delayAfter, describeError } from '../faults/retry-later.js';
import { Database, StoreUnavailableError } from '../store/database.js';
import { EventStore } from '../store/event.store.js';
import { OutboxStore, type OutboxEntry } from '../store/outbox.store.js';
import { TurnWork } from '../timers/turn-work.js';
import type { Turn } from '../../common/turn.js';
import { EventDelivery } from './event-delivery.js';
import { stackOf } from '../../common/error-text.js';

/** How many entries are read at once. */
const ENTRIES_AT_ONCE = 100;

/**
 * Delivers what the outbox holds, in its order. One event is delivered piece by piece, each in a transaction of its own.
 * An event that this server fails with is tried again later, then set aside; others go on.
 */
@Injectable()
export class Deliveries implements OnModuleInit {
  private readonly logger = new Logger('Inngest');

  constructor(
    private readonly db: Database,
    private readonly outbox: OutboxStore,
    private readonly events: EventStore,
    private readonly delivery: EventDelivery,
    private readonly clock: Clock,
    private readonly turnWork: TurnWork,
  ) {}

  onModuleInit(): void {
    this.turnWork.add('deliveries', (turn) => this.deliverDue(turn));
  }

  /**
   * Delivers until the turn is over.
   *
   * @returns whether there may be more
   * @throws StoreUnavailableError
   */
  private deliverDue(turn: Turn): boolean {
    for (;;) {
      const entries = this.outbox.due(this.clock.steady(), ENTRIES_AT_ONCE);
      for (const entry of entries) {
        if (!this.deliver(entry, turn) || turn.isOver) return true;
      }
      if (entries.length < ENTRIES_AT_ONCE) return false;
    }
  }

  /** Returns whether the whole event is delivered, or put off. */
  private deliver(entry: OutboxEntry, turn: Turn): boolean {
    let cursor: string | undefined = entry.cursor;
    try {
      do {
        const from: string = cursor;
        cursor = this.db.transaction(() => this.deliverPiece(entry, from, turn));
      } while (cursor !== undefined && !turn.isOver);
      return cursor === undefined;
    } catch (error) {
      if (error instanceof StoreUnavailableError) throw error;
      this.db.transaction(() => this.putOff(entry, error));
      return true;
    }
  }

  /** Returns where the next piece begins; undefined after the last one. */
  private deliverPiece(entry: OutboxEntry, cursor: string, turn: Turn): string | undefined {
    const event = this.events.get(entry.eventId);
    if (event && isDamaged(event.data))
      throw new Error(`What is stored of the event ${event.id} is damaged.`);
    const next = event && this.delivery.deliver(event, { functionId: entry.functionId, cursor, turn });
    if (next === undefined) this.outbox.remove(entry.id);
    else this.outbox.setCursor(entry.id, next);
    return next;
  }

  private putOff({ id, eventId, failures: before }: OutboxEntry, error: unknown): void {
    const failures = before + 1;
    const delay = delayAfter(failures);
    if (delay === undefined) {
      this.outbox.setAside(id, describeError(error), this.clock.now());
      this.logger.error(
        `The event ${eventId} could not be delivered ${failures} times and is set aside until the next start.`,
        stackOf(error),
      );
    } else {
      this.outbox.retry(id, { at: this.clock.steady() + delay, failures, error: describeError(error) });
      if (failures === 1) {
        this.logger.error(`The event ${eventId} could not be delivered; it is tried again.`, stackOf(error));
      }
    }
  }
}
