import { createHash } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { currentStep } from '../../inngest/index.js';

export interface ApiReceipt {
  status: 201;
  /** The same for every attempt with one idempotency key, as an API that supports such keys returns it. */
  requestId: string;
  idempotencyKey: string;
}

/**
 * Step 4: a substitute for the client of an external API. It sends the step's idempotency key, so that a retry after a
 * lost answer does not place the same order twice.
 */
@Injectable()
export class ExternalApiClient {
  private readonly logger = new Logger(ExternalApiClient.name);

  /** @param checksum the data to submit */
  submit(checksum: string): ApiReceipt {
    const step = currentStep();
    if (step === undefined)
      throw new Error('Call this API only inside a step: outside of steps there is no idempotency key.');
    const { idempotencyKey } = step;
    const requestId = createHash('sha256').update(`${idempotencyKey} ${checksum}`).digest('hex').slice(0, 16);
    this.logger.log(`Submitted as request ${requestId}`);
    return { status: 201, requestId, idempotencyKey };
  }
}
