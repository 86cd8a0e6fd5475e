import { Body, Controller, HttpCode, HttpException, Param, Post, UseGuards } from '@nestjs/common';
import { RunExecutor } from '../execution/run-executor.js';
import { parseOps, ProtocolError } from '../protocol/ops.js';
import { isRecord } from '../../common/is-record.js';
import { SigningKeyGuard } from './signing-key.guard.js';

/** Where an app reports finished steps from inside a call, so that they are certain before it goes on. */
@Controller('v1/checkpoint')
@UseGuards(SigningKeyGuard)
export class CheckpointController {
  constructor(private readonly executor: RunExecutor) {}

  /** Answers 409 when the call is not the one under way any more; the SDK then stops. */
  @Post(':runId/async')
  @HttpCode(200)
  checkpoint(@Param('runId') runId: string, @Body() body: unknown): void {
    if (!isRecord(body) || typeof body['qi_id'] !== 'string') {
      throw new HttpException({ error: 'A checkpoint needs qi_id and steps.', data: null, status: 400 }, 400);
    }
    const [itemId = ''] = Buffer.from(body['qi_id'], 'base64').toString('utf8').split('::');
    const call = { runId, itemId, generation: Number(body['generation_id']) };
    if (this.take(call, body['steps'])) return;
    const error = 'This call is not the one under way any more; its steps were not taken.';
    throw new HttpException({ error, data: null, status: 409 }, 409);
  }

  private take(call: Parameters<RunExecutor['checkpoint']>[0], steps: unknown): boolean {
    try {
      return this.executor.checkpoint(call, parseOps(steps));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      throw new HttpException({ error: error.message, data: null, status: 400 }, 400);
    }
  }
}
