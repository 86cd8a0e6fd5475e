import { Body, Controller, HttpCode, HttpException, Post } from '@nestjs/common';
import { Signals } from '../../runs/signals.js';
import { AllowedFor } from '../../access/access.guard.js';
import { isRecord } from '../../../common/is-record.js';
import { unstorable } from '../../protocol/storable-text.js';
import { Takes } from '../shared/known-parameters.js';
import { v1Error } from './v1-answer.js';

/** Receives signals: `POST /v1/signals` with `{signal, data}`. */
@Controller('v1/signals')
@AllowedFor('users')
export class V1SignalsController {
  constructor(private readonly signals: Signals) {}

  /** Answers 404 when no step waits for the signal. The server does not keep the signal for later. */
  @Post()
  @Takes({ body: ['signal', 'data'] })
  @HttpCode(200)
  async send(@Body() body: unknown): Promise<object> {
    const { signal, data } = isRecord(body) ? body : {};
    if (typeof signal !== 'string' || signal === '')
      throw new HttpException(v1Error(400, 'Invalid signal data'), 400);
    const problem = unstorable(signal);
    if (problem !== undefined)
      throw new HttpException(v1Error(400, `The name of the signal ${problem}`), 400);
    const runId = await this.signals.receive(signal, data);
    if (runId === undefined) throw new HttpException(v1Error(404, 'No signal found'), 404);
    return { data: { run_id: runId } };
  }
}
