import { BadRequestException, Controller, Get, Param, Query } from '@nestjs/common';
import { Clock } from '../../../clock/index.js';
import { isUlid } from '../../store/ids.js';
import { eventForApp, type StoredEvent } from '../../protocol/event.js';
import { EventStore } from '../../store/event.store.js';
import { OutboxStore } from '../../store/outbox.store.js';
import { RunStore } from '../../store/run.store.js';
import { waitingOf } from '../shared/event-waiting.js';
import { iso } from '../shared/run-views.js';
import { AllowedFor } from '../../access/access.guard.js';
import { Takes } from '../shared/known-parameters.js';
import { wholeNumber } from '../shared/whole-number.js';
import { malformed, NO_ENVIRONMENT, v1Error } from './v1-answer.js';
import { v1Run } from './v1-run.js';

const MAX_EVENTS = 100;

@Controller('v1/events')
@AllowedFor('users')
export class V1EventsController {
  constructor(
    private readonly events: EventStore,
    private readonly runs: RunStore,
    private readonly outbox: OutboxStore,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Takes({ query: ['name', 'limit', 'cursor', 'received_after', 'received_before'] })
  list(
    @Query('name') name?: string,
    @Query('limit') limit?: string,
    @Query('cursor') cursor?: string,
    @Query('received_after') after?: string,
    @Query('received_before') before?: string,
  ): object {
    if (cursor && !isUlid(cursor)) throw new BadRequestException(`Invalid cursor: ${cursor}`);
    const receivedAfter = timeOf(after, 'received_after');
    const receivedBefore = timeOf(before, 'received_before');
    const found = this.events.list({
      ...(name && { name }),
      ...(cursor && { before: cursor }),
      ...(receivedAfter !== undefined && { receivedAfter }),
      ...(receivedBefore !== undefined && { receivedBefore }),
      limit: wholeNumber(limit, 'limit', { from: 1, to: MAX_EVENTS, otherwise: MAX_EVENTS }),
    });
    return { data: found.map(v1Event), metadata: { fetched_at: iso(this.clock.now()) } };
  }

  /** Until the event is delivered, the answer has `waiting`, a field that only this server has. */
  @Get(':id')
  one(@Param('id') id: string): object {
    const event = this.events.get(id);
    if (!event) return malformed('event', id) ?? v1Error(404, 'Event not found');
    const waiting = waitingOf(this.outbox, event.internalId);
    return this.answer({ ...v1Event(event), ...(waiting !== undefined && { waiting }) });
  }

  @Get(':id/runs')
  runsOf(@Param('id') id: string): object {
    return malformed('event', id) ?? this.answer(this.runs.ofEvent(id).map((run) => v1Run(run, id)));
  }

  private answer(data: unknown): object {
    const now = iso(this.clock.now());
    return { data, metadata: { fetched_at: now, cached_until: now } };
  }
}

/** Reads a time, in milliseconds since 1970. @throws BadRequestException naming the parameter */
function timeOf(text: string | undefined, name: string): number | undefined {
  if (text === undefined || text === '') return undefined;
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return time;
  throw new BadRequestException(`"${name}" must be a time in ISO 8601, not "${text}".`);
}

function v1Event(event: StoredEvent): object {
  const { data, id, name, ts, v } = eventForApp(event);
  return {
    internal_id: event.internalId,
    account_id: NO_ENVIRONMENT,
    environment_id: NO_ENVIRONMENT,
    source: '',
    source_id: null,
    received_at: iso(event.receivedAt),
    id,
    name,
    data,
    ...(event.user && { user: event.user }),
    ts,
    ...(v !== undefined && { v }),
  };
}
