import { setImmediate as nextTurn } from 'node:timers/promises';
import { All, Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { EmbeddedOptions } from '../settings/embedded-options.js';
import { EventIntake } from '../intake/event-intake.js';
import { InvalidEventError, parseIncomingEvent, type IncomingEvent } from '../intake/incoming-event.js';
import { Turn } from '../../common/turn.js';
import { seededIds } from '../store/ids.js';
import { RETRY_AFTER_S } from './store-unavailable.filter.js';
import { sameSecret } from '../../common/same-secret.js';
import { BodyReader, ReadsItsBody } from '../../common/bodies/index.js';
import { Takes } from './shared/known-parameters.js';
import { MAX_EVENTS } from '../../common/inngest-limits.js';
import { isTooDeep, tooDeep } from '../../common/json-depth.js';

/** A batch of events, each up to 3 MiB. */
const MAX_BYTES = 64 * 1024 * 1024;

/** What the event API answers, good or bad: the ids of what was taken. */
interface SendResult {
  ids: string[];
  status: number;
  error?: string;
}

/** The event API: `POST /e/{event key}` with one event or an array of them, in JSON under any content type. */
@Controller('e')
@ReadsItsBody()
export class EventsController {
  constructor(
    private readonly intake: EventIntake,
    private readonly options: EmbeddedOptions,
    private readonly bodies: BodyReader,
  ) {}

  @Get()
  @HttpCode(200)
  describe(): void {
    // As the real server: the path exists, and says nothing.
  }

  @Post(':key')
  @Takes({ body: 'anything' })
  async send(@Param('key') key: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    const result = this.isRightKey(key)
      ? await this.take(
          await this.bodies.raw(request, response, MAX_BYTES),
          request.header('x-inngest-event-id-seed'),
        )
      : { ids: [''], status: 401, error: 'Event key not found' };
    if (result.status === 503) response.setHeader('retry-after', String(RETRY_AFTER_S));
    response.status(result.status).type('text/plain').send(JSON.stringify(result));
  }

  @All(':key')
  @Takes('anything')
  refuse(@Res() response: Response): void {
    response.status(405).setHeader('allow', 'POST').end();
  }

  private isRightKey(key: string): boolean {
    return !this.options.eventKey || sameSecret(key, this.options.eventKey);
  }

  private async take(body: Buffer, seed: string | undefined): Promise<SendResult> {
    let sent: unknown[];
    try {
      sent = parseBody(body);
    } catch (error) {
      return { ids: [''], status: 400, error: (error as Error).message };
    }
    const { events, error } = await parseUpToMistake(sent);
    const seeded = seed === undefined ? undefined : seededIds(seed, sent.length);
    const { ids, unavailable } = await this.intake.accept(events, seeded);
    const problem = unavailable?.message ?? error;
    return {
      ids: ids.length > 0 ? ids : [''],
      status: unavailable ? 503 : problem === undefined ? 200 : 400,
      ...(problem !== undefined && { error: problem }),
    };
  }
}

function parseBody(bytes: Buffer): unknown[] {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new InvalidEventError('the request body is not valid UTF-8');
  }
  if (isTooDeep(text)) throw new InvalidEventError(`the request body is ${tooDeep()}`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const { message } = error as Error;
    throw new InvalidEventError(
      /end of JSON input|Unterminated/i.test(message) ? 'unexpected end of JSON input' : message,
    );
  }
  if (typeof json !== 'object' || json === null) {
    throw new InvalidEventError('Request body must contain an event object or an array of event objects');
  }
  return Array.isArray(json) ? json : [json];
}

/**
 * Checks events, many in several turns of the process. Measured on Inngest 1.43: the events before an invalid one are
 * taken, it and what follows are not.
 */
async function parseUpToMistake(
  sent: readonly unknown[],
): Promise<{ events: IncomingEvent[]; error?: string }> {
  const events: IncomingEvent[] = [];
  let turn = new Turn();
  for (const raw of sent) {
    if (turn.isOver) {
      await nextTurn();
      turn = new Turn();
    }
    if (events.length === MAX_EVENTS) {
      return { events, error: `Cannot have more than ${MAX_EVENTS} events in a batch` };
    }
    try {
      events.push(parseIncomingEvent(raw));
    } catch (error) {
      if (!(error instanceof InvalidEventError)) throw error;
      return { events, error: error.message };
    }
  }
  return { events };
}
