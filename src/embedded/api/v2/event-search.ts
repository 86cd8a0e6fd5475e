import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../../clock/index.js';
import { asCondition, type Expression, SharedBudget, TooCostlyError } from '../../expressions/index.js';
import { eventForApp, type StoredEvent } from '../../protocol/event.js';
import { EventStore, type EventFilter } from '../../store/event.store.js';
import { Turn } from '../../../common/turn.js';
import { V2Exception } from '../shared/v2.exception.js';

/** How many events one request checks against an expression. The next page continues after them. */
const MAX_CHECKED = 2_000;
const READ_AT_ONCE = 200;

export interface FoundEvents {
  events: StoredEvent[];
  /** The id of the event after which the next page continues; absent after the last page. */
  next?: string;
}

/** Finds the events of a list, if asked with an expression that they must fulfil. */
@Injectable()
export class EventSearch {
  constructor(
    private readonly events: EventStore,
    private readonly clock: Clock,
  ) {}

  /**
   * Finds one page. With an expression, a page may be short or empty although a next one follows.
   *
   * @throws V2Exception 400 when the expression costs too much
   */
  async page(filter: EventFilter, expression: Expression | undefined): Promise<FoundEvents> {
    const { limit } = filter;
    if (!expression) {
      const found = this.events.list({ ...filter, limit: limit + 1 });
      const events = found.slice(0, limit);
      const last = events.at(-1);
      return { events, ...(found.length > limit && last && { next: last.internalId }) };
    }
    const budget = new SharedBudget();
    const events: StoredEvent[] = [];
    let turn = new Turn();
    let before = filter.before;
    for (let checked = 0; checked < MAX_CHECKED; checked += READ_AT_ONCE) {
      const candidates = this.events.list({ ...filter, ...(before && { before }), limit: READ_AT_ONCE });
      for (const event of candidates) {
        if (this.matches(expression, event, budget)) events.push(event);
        before = event.internalId;
        if (events.length === limit) return { events, next: before };
        if (turn.isOver) {
          await nextTurn();
          turn = new Turn();
        }
      }
      if (candidates.length < READ_AT_ONCE) return { events };
    }
    return { events, ...(before && { next: before }) };
  }

  private matches(expression: Expression, event: StoredEvent, budget: SharedBudget): boolean {
    try {
      const variables = { event: eventForApp(event) };
      return asCondition(expression.evaluate(variables, this.clock.now(), budget.forItem()));
    } catch (error) {
      if (!(error instanceof TooCostlyError)) throw error;
      const message = `"search" stopped at the event ${event.internalId}: ${error.message}. Narrow the list.`;
      throw new V2Exception(400, 'search_too_costly', message);
    }
  }
}
