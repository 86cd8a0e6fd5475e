import { Injectable } from '@nestjs/common';
import { isRecord } from '../../common/is-record.js';
import { EventViews } from '../api/v2/event-views.js';
import type { EventView } from '../api/v2/answer-types/event.js';
import { assertUlid } from '../api/v2/v2-answer.js';
import { EventIntake } from '../intake/event-intake.js';
import { parseIncomingEvent } from '../intake/incoming-event.js';
import { EventStore } from '../store/event.store.js';
import { seededIds } from '../store/ids.js';
import { DATA, eventData } from './event-data.js';
import { RunWaits } from './run-waits.js';
import { takes, ToolError, type Arguments, type Tool, type ToolGroup } from './tool.js';

/** Sends events, and shows their outcomes. */
@Injectable()
export class EventTools implements ToolGroup {
  readonly tools: readonly Tool[] = [
    {
      name: 'send_event',
      title: 'Send an event',
      description:
        'Sends an event, which starts a run of every function with a matching trigger. Returns the id of the event, the ' +
        'ids of the runs, and the reason for each matching function that started none. Wait for the runs with poll_run_status.',
      inputSchema: takes(
        {
          name: {
            type: 'string',
            minLength: 1,
            description: 'The name of the event, such as "shop/order.created"',
          },
          data: DATA,
          user: { type: 'object', description: 'The user that the event is about' },
          eventIdSeed: {
            type: 'string',
            description: 'Makes the id of the event: "<milliseconds since 1970>,<10 bytes in base64>"',
          },
        },
        ['name'],
      ),
      isReadOnly: false,
      call: (args, signal) => this.send(args, signal),
    },
    {
      name: 'get_event_runs',
      title: 'Get the runs of an event',
      description:
        'Returns an event and, for each function with a matching trigger, its run or the reason why there is none yet.',
      inputSchema: takes({ eventId: { type: 'string', description: 'The id that send_event returned' } }, [
        'eventId',
      ]),
      isReadOnly: true,
      call: ({ eventId }) => this.outcomes(String(eventId)),
    },
  ];

  constructor(
    private readonly intake: EventIntake,
    private readonly events: EventStore,
    private readonly views: EventViews,
    private readonly waits: RunWaits,
  ) {}

  /** Finds an event with its outcomes. @throws V2Exception 400 for an invalid id; ToolError for an unknown event */
  outcomes(eventId: string): EventView {
    assertUlid(eventId, 'event');
    const event = this.events.get(eventId);
    if (!event) throw new ToolError(`Unknown event ${eventId}.`);
    return this.views.of(event);
  }

  private async send({ name, data, user, eventIdSeed }: Arguments, signal: AbortSignal): Promise<object> {
    const event = parseIncomingEvent({ name, data: eventData(data), ...(isRecord(user) && { user }) });
    const { ids, unavailable } = await this.intake.accept([event], seeded(eventIdSeed));
    if (unavailable) throw unavailable;
    const [eventId] = ids as [string];
    await this.waits.delivered(eventId, signal);
    const { outcomes, waiting } = this.outcomes(eventId);
    const runIds = outcomes.flatMap(({ run }) => (run ? [run.id] : []));
    return {
      eventId,
      runIds,
      status: 'accepted',
      message: waiting ?? messageFor(runIds.length, outcomes.length),
      outcomes,
    };
  }
}

function seeded(seed: unknown): string[] | undefined {
  if (typeof seed !== 'string' || seed === '') return undefined;
  const ids = seededIds(seed, 1);
  if (ids) return ids;
  throw new ToolError('"eventIdSeed" must be "<milliseconds since 1970>,<10 bytes in base64>".');
}

function messageFor(runs: number, outcomes: number): string {
  if (runs > 0) return `The event was delivered and started ${runs} run(s).`;
  return outcomes === 0
    ? 'The event started no run: no registered function has a trigger that matches it. See list_functions.'
    : 'The event has started no run: "outcomes" has the reasons.';
}
