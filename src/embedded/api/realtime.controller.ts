import { Body, Controller, Get, HttpCode, HttpException, Post, Query, Req, UseGuards } from '@nestjs/common';
import type { Request } from 'express';
import { Clock } from '../../clock/index.js';
import { Ids } from '../ids.js';
import { ENVIRONMENT_ID, type RealtimeMessage } from '../realtime/message.js';
import { RealtimeHub } from '../realtime/realtime-hub.js';
import { parseTopics, RealtimeTokens } from '../realtime/realtime-tokens.js';
import { SigningKeyGuard } from './signing-key.guard.js';
import { v1Error } from './v1/v1-answer.js';

/** Into pieces of so many characters is a stream cut for its subscribers. */
const CHUNK_LENGTH = 1_024;

type MessagePart = Pick<RealtimeMessage, 'kind' | 'data' | 'stream_id'>;

/** What functions publish while they run, for pages that show it; the subscriptions are `RealtimeSockets`. */
@Controller('v1/realtime')
export class RealtimeController {
  constructor(
    private readonly hub: RealtimeHub,
    private readonly tokens: RealtimeTokens,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** A token with which these topics can be subscribed to. */
  @Post('token')
  @UseGuards(SigningKeyGuard)
  @HttpCode(201)
  token(@Body() body: unknown): object {
    const topics = parseTopics(body);
    if (!topics) {
      throw new HttpException(v1Error(400, 'Invalid request: must provide a list of topics'), 400);
    }
    return { jwt: this.tokens.create(topics) };
  }

  /** Publishes the body: JSON, or else a text; a `text/stream` piece by piece as it comes. */
  @Post('publish')
  @UseGuards(SigningKeyGuard)
  @HttpCode(200)
  async publish(
    @Req() request: Request,
    @Query('channel') channel = '',
    @Query('topic') topics: string | string[] = '',
    @Query('run_id') runId?: string,
  ): Promise<void> {
    // Of several topics the real server takes the first.
    const [topic = ''] = [topics].flat();
    const about = { channel, topic, env_id: ENVIRONMENT_ID, ...(runId !== undefined && { run_id: runId }) };
    const send = (part: MessagePart): void =>
      this.hub.publish({ ...about, ...part, created_at: new Date(this.clock.now()).toISOString() });
    if (request.headers['content-type'] === 'text/stream') await this.pass(request, send);
    else send({ kind: 'data', data: parseData(request.body) });
  }

  /** Subscribing takes a WebSocket, and a token. */
  @Get('connect')
  connect(): never {
    throw new HttpException(v1Error(401, 'Not authenticated'), 401);
  }

  private async pass(request: Request, send: (part: MessagePart) => void): Promise<void> {
    const streamId = this.ids.ulid();
    send({ kind: 'datastream-start', data: streamId });
    const decoder = new TextDecoder();
    for await (const bytes of request) {
      const text = decoder.decode(bytes as Buffer, { stream: true });
      for (let at = 0; at < text.length; at += CHUNK_LENGTH) {
        send({ kind: 'chunk', data: text.slice(at, at + CHUNK_LENGTH), stream_id: streamId });
      }
    }
    send({ kind: 'datastream-end', data: streamId });
  }
}

function parseData(body: unknown): unknown {
  const text = Buffer.isBuffer(body) ? body.toString('utf8') : '';
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
