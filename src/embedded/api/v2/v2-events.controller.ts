import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { EventIntake } from '../../intake/event-intake.js';
import { InvalidEventError, parseIncomingEvent } from '../../intake/incoming-event.js';
import { isUlid } from '../../store/ids.js';
import { Database } from '../../store/database.js';
import { EventStore } from '../../store/event.store.js';
import { AllowedFor } from '../../access/access.guard.js';
import { Takes } from '../shared/known-parameters.js';
import type { Answer, Page } from './answer-types/envelope.js';
import type { EventView, SentEvent } from './answer-types/event.js';
import { EventSearch } from './event-search.js';
import { EventViews } from './event-views.js';
import { idsOf, limitOf, searchOf } from './run-query.js';
import { V2Exception } from '../shared/v2.exception.js';
import { booleanOf, timeOf, assertUlid, V2Answers } from './v2-answer.js';

/** The parameters of the list of events. Only this server has the list. */
interface EventQuery {
  limit?: string;
  cursor?: string;
  /** The ids of events, separated by commas. */
  ids?: string;
  name?: string;
  /** Events received at this time or later, in ISO 8601. */
  from?: string;
  /** Events received before this time, in ISO 8601. */
  until?: string;
  /** A text to find in the name, the ids or the data, or an expression, see {@link searchOf}. */
  search?: string;
  includeInternal?: string;
}

const EVENT_QUERY: readonly (keyof EventQuery)[] = [
  'limit',
  'cursor',
  'ids',
  'name',
  'from',
  'until',
  'search',
  'includeInternal',
];

@Controller('api/v2')
export class V2EventsController {
  constructor(
    private readonly intake: EventIntake,
    private readonly events: EventStore,
    private readonly search: EventSearch,
    private readonly views: EventViews,
    private readonly answers: V2Answers,
    private readonly db: Database,
  ) {}

  /** @throws StoreUnavailableError when the data file is missing, or another server has taken it over */
  @Get('health')
  health(): Answer<{ status: 'ok' }> {
    const problem = this.db.look();
    if (problem) throw problem;
    return this.answers.wrap({ status: 'ok' });
  }

  @Post('events')
  @Takes({ body: 'anything' })
  @HttpCode(200)
  @AllowedFor('users')
  async send(@Body() body: unknown): Promise<Answer<SentEvent>> {
    try {
      const { ids, unavailable } = await this.intake.accept([parseIncomingEvent(body)]);
      if (unavailable) throw unavailable;
      const [eventId] = ids as [string];
      return this.answers.wrap({ eventId });
    } catch (error) {
      if (!(error instanceof InvalidEventError)) throw error;
      throw new V2Exception(400, 'invalid_request', error.message);
    }
  }

  /** Lists events with their outcomes, newest first. */
  @Get('events')
  @Takes({ query: EVENT_QUERY })
  @AllowedFor('users')
  async list(@Query() query: EventQuery): Promise<Page<EventView>> {
    const limit = limitOf(query.limit);
    if (query.cursor && !isUlid(query.cursor)) {
      throw new V2Exception(400, 'invalid_request', `Invalid cursor: ${query.cursor}`);
    }
    const from = timeOf(query.from, 'from');
    const until = timeOf(query.until, 'until');
    const { expression, text } = searchOf(query.search, { hasOutput: false });
    const filter = {
      ...(query.ids && { ids: idsOf(query.ids) }),
      ...(query.name && { name: query.name }),
      ...(query.cursor && { before: query.cursor }),
      ...(from !== undefined && { receivedAfter: from - 1 }),
      ...(until !== undefined && { receivedBefore: until }),
      ...(text !== undefined && { text }),
      internal: booleanOf(query.includeInternal, 'includeInternal') ?? false,
      limit,
    };
    const { events, next } = await this.search.page(filter, expression);
    return this.answers.wrap(
      events.map((event) => this.views.of(event)),
      { cursor: next, hasMore: next === undefined ? undefined : true, limit },
    );
  }

  @Get('events/:id')
  @AllowedFor('users')
  one(@Param('id') id: string): Answer<EventView> {
    assertUlid(id, 'event');
    const event = this.events.get(id);
    if (!event) throw new V2Exception(404, 'not_found', 'Event not found');
    return this.answers.wrap(this.views.of(event));
  }
}
