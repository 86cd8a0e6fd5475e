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

/** How many entries of the outbox one query reads. */
const ENTRIES_PER_PAGE = 100;

/**
 * Delivers the events in the outbox in their order. The delivery of one event may need several pieces; each is a
 * transaction. After an error of this server the delivery is tried again later, and set aside after 8 errors; other events
 * are delivered meanwhile.
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
      const entries = this.outbox.due(this.clock.steady(), ENTRIES_PER_PAGE);
      for (const entry of entries) {
        if (!this.deliver(entry, turn) || turn.isOver) return true;
      }
      if (entries.length < ENTRIES_PER_PAGE) return false;
    }
  }

  /** Returns false when the turn is over before the event is delivered completely. */
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
      this.db.transaction(() => this.retryLater(entry, error));
      return true;
    }
  }

  /** Returns where the next piece begins; undefined after the last one. */
  private deliverPiece(entry: OutboxEntry, cursor: string, turn: Turn): string | undefined {
    const event = this.events.get(entry.eventId);
    if (event && isDamaged(event.data))
      throw new Error(`The stored JSON of the event ${event.id} is damaged.`);
    const next = event && this.delivery.deliver(event, { functionId: entry.functionId, cursor, turn });
    if (next === undefined) this.outbox.remove(entry.id);
    else this.outbox.setCursor(entry.id, next);
    return next;
  }

  private retryLater({ id, eventId, failures: before }: OutboxEntry, error: unknown): void {
    const failures = before + 1;
    const delay = delayAfter(failures);
    if (delay === undefined) {
      this.outbox.setAside(id, describeError(error), this.clock.now());
      this.logger.error(
        `Delivering the event ${eventId} failed ${failures} times; it is set aside until the next start.`,
        stackOf(error),
      );
    } else {
      this.outbox.retry(id, { at: this.clock.steady() + delay, failures, error: describeError(error) });
      if (failures === 1) {
        this.logger.error(`Delivering the event ${eventId} failed; trying again later.`, stackOf(error));
      }
    }
  }
}
