import { Body, Controller, HttpCode, HttpException, Param, Post } from '@nestjs/common';
import { RunExecutor } from '../calls/run-executor.js';
import { parseOps, ProtocolError } from '../protocol/ops.js';
import { Takes } from './shared/known-parameters.js';
import { AllowedFor } from '../access/access.guard.js';
import { isRecord } from '../../common/is-record.js';

/** Apps report finished steps here during a call, so that the steps are stored before the app goes on. */
@Controller('v1/checkpoint')
@AllowedFor('apps')
export class CheckpointController {
  constructor(private readonly executor: RunExecutor) {}

  /**
   * Stores the steps. Answers 409 when the call must stop, and the SDK then stops it: the call is no longer under way, or
   * the function is paused and its runs wait after a step.
   */
  @Post(':runId/async')
  // A later SDK may send fields that this server does not know.
  @Takes({ body: 'anything' })
  @HttpCode(200)
  async checkpoint(@Param('runId') runId: string, @Body() body: unknown): Promise<void> {
    if (!isRecord(body) || typeof body['qi_id'] !== 'string') {
      throw new HttpException(
        { error: 'A checkpoint must have "qi_id" and "steps".', data: null, status: 400 },
        400,
      );
    }
    const [itemId = ''] = Buffer.from(body['qi_id'], 'base64').toString('utf8').split('::');
    // The Go SDK does not send back the generation of the call.
    const generation = body['generation_id'] ? Number(body['generation_id']) : undefined;
    const call = { runId, itemId, generation };
    if (await this.store(call, body['steps'])) return;
    const error = 'This call must stop: it is no longer under way, or its function is paused.';
    throw new HttpException({ error, data: null, status: 409 }, 409);
  }

  /** Stores the steps. Returns whether the call may go on. */
  private async store(call: Parameters<RunExecutor['checkpoint']>[0], steps: unknown): Promise<boolean> {
    try {
      return await this.executor.checkpoint(call, parseOps(steps));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      throw new HttpException({ error: error.message, data: null, status: 400 }, 400);
    }
  }
}
