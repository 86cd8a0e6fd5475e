import { Body, Controller, HttpCode, HttpException, Param, Post, UseGuards } from '@nestjs/common';
import { RunExecutor } from '../calls/run-executor.js';
import { parseOps, ProtocolError } from '../protocol/ops.js';
import { Takes } from './shared/known-parameters.js';
import { SigningKeyGuard } from '../access/signing-key.guard.js';
import { isRecord } from '../../common/is-record.js';

/** Where an app reports finished steps from inside a call, so that they are certain before it goes on. */
@Controller('v1/checkpoint')
@UseGuards(SigningKeyGuard)
export class CheckpointController {
  constructor(private readonly executor: RunExecutor) {}

  /** Answers 409 when the call is not the one under way any more; the SDK then stops. */
  @Post(':runId/async')
  // An SDK's report: a later SDK may say more than this server needs.
  @Takes({ body: 'anything' })
  @HttpCode(200)
  async checkpoint(@Param('runId') runId: string, @Body() body: unknown): Promise<void> {
    if (!isRecord(body) || typeof body['qi_id'] !== 'string') {
      throw new HttpException({ error: 'A checkpoint needs qi_id and steps.', data: null, status: 400 }, 400);
    }
    const [itemId = ''] = Buffer.from(body['qi_id'], 'base64').toString('utf8').split('::');
    // The Go SDK does not send back the generation of the call.
    const generation = body['generation_id'] ? Number(body['generation_id']) : undefined;
    const call = { runId, itemId, generation };
    if (await this.take(call, body['steps'])) return;
    const error = 'This call is not the one under way any more; its steps were not taken.';
    throw new HttpException({ error, data: null, status: 409 }, 409);
  }

  private async take(call: Parameters<RunExecutor['checkpoint']>[0], steps: unknown): Promise<boolean> {
    try {
      return await this.executor.checkpoint(call, parseOps(steps));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      throw new HttpException({ error: error.message, data: null, status: 400 }, 400);
    }
  }
}
