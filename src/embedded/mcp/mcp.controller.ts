import { pipeline } from 'node:stream/promises';
import {
  All,
  Controller,
  NotImplementedException,
  Post,
  Req,
  Res,
  ServiceUnavailableException,
  UseGuards,
  type BeforeApplicationShutdown,
} from '@nestjs/common';
import type { Request, Response as HttpResponse } from 'express';
import { MissingPackageError } from '../../common/optional-package.js';
import { ApiGuard } from '../access/api.guard.js';
import { Sessions } from '../access/sessions.js';
import { Takes } from '../api/shared/known-parameters.js';
import { loadMcp, type McpAnswers } from './mcp-sdk.js';
import { ToolCalls } from './tool-calls.js';

/** How many requests of agents may be open at a time; many of them wait for runs. */
const MOST_OPEN = 100;

/**
 * The tools of this server for agents, by the Model Context Protocol (streamable HTTP). Only `POST`: the server sends
 * nothing that was not asked for, so there is no stream to `GET` and no session to `DELETE`.
 */
@Controller('mcp')
@UseGuards(ApiGuard)
export class McpController implements BeforeApplicationShutdown {
  private loading: Promise<McpAnswers> | undefined;
  private readonly open = new Set<AbortController>();
  private isClosing = false;

  constructor(
    private readonly tools: ToolCalls,
    private readonly sessions: Sessions,
  ) {}

  /** @throws NotImplementedException when the SDK is not installed, ServiceUnavailableException when too many are open */
  @Post()
  @Takes({ body: 'anything' })
  async answer(@Req() request: Request, @Res() response: HttpResponse): Promise<void> {
    const answers = await this.load();
    if (this.isClosing) throw new ServiceUnavailableException('The server is stopping.');
    if (this.open.size >= MOST_OPEN)
      throw new ServiceUnavailableException(`There are ${MOST_OPEN} open requests. Ask again later.`);
    const abandoned = new AbortController();
    this.open.add(abandoned);
    const session = this.sessions.of(request.headers.cookie);
    const release = session && this.sessions.onEnd(session, () => abandoned.abort());
    response.once('close', () => {
      release?.();
      this.open.delete(abandoned);
      abandoned.abort();
    });
    abandoned.signal.addEventListener('abort', () => response.destroy());
    const { accept = '' } = request.headers;
    const answer = await answers.answer({
      // Without a body there is nothing that could be a message.
      message: (request.body as unknown) ?? null,
      protocolVersion: request.header('mcp-protocol-version'),
      isJson: !accept.includes('text/event-stream'),
      signal: abandoned.signal,
    });
    await send(answer, response);
  }

  @All()
  @Takes('anything')
  refuse(@Res() response: HttpResponse): void {
    response.status(405).setHeader('allow', 'POST').end();
  }

  /** A server that closes waits for open requests; those of agents may wait for runs. */
  beforeApplicationShutdown(): void {
    this.isClosing = true;
    for (const one of this.open) one.abort();
  }

  private async load(): Promise<McpAnswers> {
    this.loading ??= loadMcp(this.tools);
    try {
      return await this.loading;
    } catch (error) {
      // It may be installed by the next request.
      this.loading = undefined;
      if (error instanceof MissingPackageError) throw new NotImplementedException(error.message);
      throw error;
    }
  }
}

async function send(answer: Response, response: HttpResponse): Promise<void> {
  response.status(answer.status);
  for (const [name, value] of answer.headers) response.setHeader(name, value);
  if (answer.body === null) {
    response.end();
    return;
  }
  response.flushHeaders();
  try {
    await pipeline(chunksOf(answer.body.getReader()), response);
  } catch (error) {
    // The agent has gone, or its login has ended.
    if (!response.destroyed) throw error;
  }
}

/** What an answer's body reads from: one interface for the types of Node and of browsers. */
interface Chunks {
  read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
  cancel(): Promise<void>;
}

async function* chunksOf(body: Chunks): AsyncGenerator<Uint8Array> {
  try {
    for (;;) {
      const { value } = await body.read();
      if (value === undefined) return;
      yield value;
    }
  } finally {
    await body.cancel();
  }
}
