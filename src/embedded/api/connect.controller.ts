import { Controller, HttpCode, HttpException, Post, Req, Res, StreamableFile } from '@nestjs/common';
import type { Request, Response } from 'express';
import { BodyReader, ReadsItsBody } from '../../common/bodies/index.js';
import { AllowedFor } from '../access/access.guard.js';
import { ConnectedCaller } from '../connections/connected-caller.js';
import { GATEWAY_PATH } from '../gateway/gateway-sockets.js';
import { SessionTokens } from '../gateway/session-tokens.js';
import { FlushResponse, SdkResponse, StartRequest, StartResponse } from '../protocol/connect/messages.js';
import { MalformedMessageError } from '../protocol/connect/wire.js';
import { MAX_RESPONSE_BYTES } from '../../common/inngest-limits.js';
import { Ids } from '../store/ids.js';
import { Takes } from './shared/known-parameters.js';

/** The largest body of `start`, in bytes, as on the real server. */
const MAX_START_BYTES = 1024 * 1024;

/** The name of the only gateway, which is this process. */
const GATEWAY_GROUP = 'embedded';

/** The HTTP requests of workers that connect, in protobuf. `GatewaySockets` serves their connections. */
@Controller('v0/connect')
@AllowedFor('apps')
@ReadsItsBody()
@Takes({ body: 'anything' })
export class ConnectController {
  constructor(
    private readonly tokens: SessionTokens,
    private readonly caller: ConnectedCaller,
    private readonly bodies: BodyReader,
    private readonly ids: Ids,
  ) {}

  /** Answers with the URL to connect to, and a token for it. */
  @Post('start')
  @HttpCode(200)
  async start(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile> {
    // The request may name gateways to avoid. They do not matter, because there is only this one.
    decoded(StartRequest, await this.bodies.raw(request, response, MAX_START_BYTES));
    const connectionId = this.ids.ulid();
    return protobuf(
      StartResponse.encode({
        connectionId,
        gatewayEndpoint: `ws://${request.headers.host}${GATEWAY_PATH}`,
        gatewayGroup: GATEWAY_GROUP,
        sessionToken: this.tokens.create(connectionId),
      }),
    );
  }

  /** Receives an answer that a worker could not send over its connection. */
  @Post('flush')
  @HttpCode(200)
  async flush(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile> {
    const body = await this.bodies.raw(request, response, 2 * MAX_RESPONSE_BYTES);
    const answer = decoded(SdkResponse, body);
    if (answer.requestId === '') throw refusal('"requestId" is missing: it must name a call.');
    this.caller.answered(answer);
    return protobuf(FlushResponse.encode({ requestId: answer.requestId }));
  }
}

function decoded<T>(type: { decode(bytes: Uint8Array): T }, body: Buffer): T {
  try {
    return type.decode(body);
  } catch (error) {
    if (!(error instanceof MalformedMessageError)) throw error;
    throw refusal(`The body is ${error.message}.`);
  }
}

function refusal(error: string): HttpException {
  return new HttpException({ error, data: null, status: 400 }, 400);
}

function protobuf(message: Buffer): StreamableFile {
  return new StreamableFile(message, { type: 'application/octet-stream' });
}
