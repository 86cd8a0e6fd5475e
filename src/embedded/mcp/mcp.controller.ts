import { pipeline } from 'node:stream/promises';
import {
  All,
  Controller,
  NotImplementedException,
  Post,
  Req,
  Res,
  ServiceUnavailableException,
  type BeforeApplicationShutdown,
} from '@nestjs/common';
import type { Request, Response as HttpResponse } from 'express';
import { MissingPackageError } from '../../common/optional-package.js';
import { AllowedFor } from '../access/access.guard.js';
import { Sessions } from '../access/sessions.js';
import { Takes } from '../api/shared/known-parameters.js';
import { loadMcp, type McpAnswers } from './mcp-sdk.js';
import { ToolCalls } from './tool-calls.js';

/** The largest number of open requests of agents. Many of them wait for runs. */
const MAX_OPEN = 100;

/**
 * Offers the server's tools to agents with the Model Context Protocol (streamable HTTP). It supports only `POST`: the server
 * sends no messages without a request, so there is no stream to `GET` and no session to `DELETE`.
 */
@Controller('mcp')
@AllowedFor('users')
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
    if (this.open.size >= MAX_OPEN)
      throw new ServiceUnavailableException(
        `${MAX_OPEN} requests are open, which is the limit. Try again later.`,
      );
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
      // null is not a valid message, so the SDK refuses a request without a body.
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

  /** Ends the open requests, which may wait for runs, because a server that closes waits for its open requests. */
  beforeApplicationShutdown(): void {
    this.isClosing = true;
    for (const one of this.open) one.abort();
  }

  private async load(): Promise<McpAnswers> {
    this.loading ??= loadMcp(this.tools);
    try {
      return await this.loading;
    } catch (error) {
      // The next request tries again: somebody may install the SDK meanwhile.
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
    // The agent has closed the connection, or its login has ended.
    if (!response.destroyed) throw error;
  }
}

/** The reader of an answer's body, in an interface that fits the types of both Node and browsers. */
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
