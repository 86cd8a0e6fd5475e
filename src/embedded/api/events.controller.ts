import type { IncomingMessage, ServerResponse } from 'node:http';
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

/** The largest body, in bytes. It may hold many events of up to 3 MiB each. */
const MAX_BYTES = 64 * 1024 * 1024;

/** The body of every answer of the event API: the ids of the events that were stored, and an error if there is one. */
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
    // Answers 200 without a body, like the real server.
  }

  @Post(':key')
  @Takes({ body: 'anything' })
  async send(@Param('key') key: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    const { status, body, retryAfter } = await this.receive(key, request, response);
    if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter);
    response.status(status).type('text/plain').send(body);
  }

  /**
   * Reads and stores the events of a request. Returns the parts of the answer.
   *
   * @throws BodyError
   */
  async receive(
    key: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<{ status: number; body: string; retryAfter?: string }> {
    const result = this.isRightKey(key)
      ? await this.store(
          await this.bodies.raw(request, response, MAX_BYTES),
          request.headers['x-inngest-event-id-seed']?.toString(),
        )
      : { ids: [''], status: 401, error: 'Event key not found' };
    const { status } = result;
    return {
      status,
      body: JSON.stringify(result),
      ...(status === 503 && { retryAfter: String(RETRY_AFTER_S) }),
    };
  }

  @All(':key')
  @Takes('anything')
  refuse(@Res() response: Response): void {
    response.status(405).setHeader('allow', 'POST').end();
  }

  private isRightKey(key: string): boolean {
    return !this.options.eventKey || sameSecret(key, this.options.eventKey);
  }

  private async store(body: Buffer, seed: string | undefined): Promise<SendResult> {
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

const STRICT_UTF8 = new TextDecoder('utf-8', { fatal: true });

function parseBody(bytes: Buffer): unknown[] {
  let text: string;
  try {
    text = STRICT_UTF8.decode(bytes);
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
 * Checks events up to the first invalid one, in several turns if they are many. Measured on Inngest 1.43: the server
 * stores the events before the invalid one, but not that one and those after it.
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
