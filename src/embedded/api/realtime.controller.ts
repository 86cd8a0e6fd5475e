import { isUtf8 } from 'node:buffer';
import {
  BadRequestException,
  Body,
  Controller,
  Get,
  HttpCode,
  HttpException,
  Post,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { Clock } from '../../clock/index.js';
import { Ids } from '../store/ids.js';
import { BodyReader, ReadsItsBody } from '../../common/bodies/index.js';
import { isTooDeep, tooDeep } from '../../common/json-depth.js';
import { ENVIRONMENT_ID, type RealtimeMessage } from '../realtime/message.js';
import { RealtimeHub } from '../realtime/realtime-hub.js';
import { parseTopics, RealtimeTokens } from '../realtime/realtime-tokens.js';
import { AllowedFor } from '../access/access.guard.js';
import { Takes } from './shared/known-parameters.js';
import { v1Error } from './v1/v1-answer.js';

/** The largest message, in bytes, as on Inngest 1.43. */
const MAX_BYTES = 512 * 1024;

/** The server splits a stream into chunks of at most this many characters. */
const CHUNK_LENGTH = 1_024;

const NO_UTF8 = 'the message is not valid UTF-8';

type MessagePart = Pick<RealtimeMessage, 'kind' | 'data' | 'stream_id'>;

/** Functions publish messages here while they run. `RealtimeSockets` serves the subscribers. */
@Controller('v1/realtime')
export class RealtimeController {
  constructor(
    private readonly hub: RealtimeHub,
    private readonly tokens: RealtimeTokens,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly bodies: BodyReader,
  ) {}

  /** Answers with a token to subscribe to the topics of the body. */
  @Post('token')
  @Takes({ body: 'anything' })
  @AllowedFor('apps')
  @HttpCode(201)
  token(@Body() body: unknown): object {
    const topics = parseTopics(body);
    if (!topics) {
      throw new HttpException(v1Error(400, 'Invalid request: must provide a list of topics'), 400);
    }
    return { jwt: this.tokens.create(topics) };
  }

  /** Publishes the body as JSON if it is JSON, otherwise as text. A `text/stream` is published in chunks as it arrives. */
  @Post('publish')
  @Takes({ query: ['channel', 'topic', 'run_id'], body: 'anything' })
  @AllowedFor('apps')
  @HttpCode(200)
  @ReadsItsBody()
  async publish(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Query('channel') channel = '',
    @Query('topic') topics: string | string[] = '',
    @Query('run_id') runId?: string,
  ): Promise<void> {
    // If a request names several topics, the real server uses the first.
    const [topic = ''] = [topics].flat();
    const about = { channel, topic, env_id: ENVIRONMENT_ID, ...(runId !== undefined && { run_id: runId }) };
    const send = (part: MessagePart): void =>
      this.hub.publish({ ...about, ...part, created_at: new Date(this.clock.now()).toISOString() });
    if (request.headers['content-type'] === 'text/stream') await this.publishStream(request, send);
    else send({ kind: 'data', data: parseData(await this.bodies.raw(request, response, MAX_BYTES)) });
  }

  /** Refuses plain HTTP: a subscription needs a WebSocket and a token. */
  @Get('connect')
  @Takes('anything')
  connect(): never {
    throw new HttpException(v1Error(401, 'Not authenticated'), 401);
  }

  private async publishStream(request: Request, send: (part: MessagePart) => void): Promise<void> {
    const streamId = this.ids.ulid();
    send({ kind: 'datastream-start', data: streamId });
    try {
      for await (const text of textsOf(request)) {
        for (let at = 0; at < text.length; at += CHUNK_LENGTH) {
          send({ kind: 'chunk', data: text.slice(at, at + CHUNK_LENGTH), stream_id: streamId });
        }
      }
    } finally {
      send({ kind: 'datastream-end', data: streamId });
    }
  }
}

/** Yields the text of a stream. @throws BadRequestException at the first bytes that are not UTF-8 */
async function* textsOf(request: Request): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const bytes of request) {
    let text: string;
    try {
      text = decoder.decode(bytes as Buffer, { stream: true });
    } catch {
      throw new BadRequestException(NO_UTF8);
    }
    yield text;
  }
}

/** @throws BadRequestException when the bytes are not UTF-8, or JSON that is nested too deeply */
function parseData(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new BadRequestException(NO_UTF8);
  const text = bytes.toString('utf8');
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return text;
  }
  if (isTooDeep(text)) throw new BadRequestException(`the message is ${tooDeep()}`);
  return data;
}
