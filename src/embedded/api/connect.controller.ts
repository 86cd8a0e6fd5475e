import {
  Controller,
  HttpCode,
  HttpException,
  Post,
  Req,
  Res,
  StreamableFile,
  UseGuards,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { BodyReader, ReadsItsBody } from '../../common/bodies/index.js';
import { SigningKeyGuard } from '../access/signing-key.guard.js';
import { ConnectedCaller } from '../connections/connected-caller.js';
import { GATEWAY_PATH } from '../gateway/gateway-sockets.js';
import { SessionTokens } from '../gateway/session-tokens.js';
import { FlushResponse, SdkResponse, StartRequest, StartResponse } from '../protocol/connect/messages.js';
import { MalformedMessageError } from '../protocol/connect/wire.js';
import { MAX_RESPONSE_BYTES } from '../../common/inngest-limits.js';
import { Ids } from '../store/ids.js';
import { Takes } from './shared/known-parameters.js';

/** The largest request for a connection, in bytes, as on the real server. */
const MAX_START_BYTES = 1024 * 1024;

/** There is one gateway, this process. */
const GATEWAY_GROUP = 'embedded';

/** What workers that connect ask over HTTP, in protobuf; the connections are `GatewaySockets`. */
@Controller('v0/connect')
@UseGuards(SigningKeyGuard)
@ReadsItsBody()
@Takes({ body: 'anything' })
export class ConnectController {
  constructor(
    private readonly tokens: SessionTokens,
    private readonly caller: ConnectedCaller,
    private readonly bodies: BodyReader,
    private readonly ids: Ids,
  ) {}

  /** Where to connect, and a token for it. */
  @Post('start')
  @HttpCode(200)
  async start(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile> {
    // There is no other gateway for those that it names to be avoided.
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

  /** Takes an answer that a worker could not send over its connection. */
  @Post('flush')
  @HttpCode(200)
  async flush(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile> {
    const body = await this.bodies.raw(request, response, 2 * MAX_RESPONSE_BYTES);
    const answer = decoded(SdkResponse, body);
    if (answer.requestId === '') throw refusal('The request names no call.');
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
