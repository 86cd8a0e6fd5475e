import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../../clock/index.js';
import { asCondition, type Expression, SharedBudget, TooCostlyError } from '../../expressions/index.js';
import { eventForApp, type StoredEvent } from '../../protocol/event.js';
import { EventStore, type EventFilter } from '../../store/event.store.js';
import { Turn } from '../../../common/turn.js';
import { V2Exception } from '../shared/v2.exception.js';

/** How many events one request looks at for those that an expression wants; the next one goes on from there. */
const MAX_LOOKED_AT = 2_000;
const LOOK_AT_ONCE = 200;

export interface FoundEvents {
  events: StoredEvent[];
  /** After which event the next page goes on, when there may be more. */
  next?: string;
}

/** Finds the events of a list; an expression is held against each of them. */
@Injectable()
export class EventSearch {
  constructor(
    private readonly events: EventStore,
    private readonly clock: Clock,
  ) {}

  /**
   * May find fewer than there is room for, also none, although there are more.
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
    for (let lookedAt = 0; lookedAt < MAX_LOOKED_AT; lookedAt += LOOK_AT_ONCE) {
      const candidates = this.events.list({ ...filter, ...(before && { before }), limit: LOOK_AT_ONCE });
      for (const event of candidates) {
        if (this.matches(expression, event, budget)) events.push(event);
        before = event.internalId;
        if (events.length === limit) return { events, next: before };
        if (turn.isOver) {
          await nextTurn();
          turn = new Turn();
        }
      }
      if (candidates.length < LOOK_AT_ONCE) return { events };
    }
    return { events, ...(before && { next: before }) };
  }

  private matches(expression: Expression, event: StoredEvent, budget: SharedBudget): boolean {
    try {
      const variables = { event: eventForApp(event) };
      return asCondition(expression.evaluate(variables, this.clock.now(), budget.forItem()));
    } catch (error) {
      if (!(error instanceof TooCostlyError)) throw error;
      const message = `"search" was stopped at the event ${event.internalId}: ${error.message}. Narrow the list.`;
      throw new V2Exception(400, 'search_too_costly', message);
    }
  }
}
