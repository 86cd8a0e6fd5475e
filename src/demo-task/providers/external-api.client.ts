import { createHash } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { currentStep } from '../../inngest/index.js';

export interface ApiReceipt {
  status: 201;
  /** The same for every attempt with one idempotency key, as an API that honours such keys answers. */
  requestId: string;
  idempotencyKey: string;
}

/**
 * Step 4: stands in for the client of somebody else's API. It sends the step's idempotency key along: a retry after a
 * lost answer then does not order the same thing twice.
 */
@Injectable()
export class ExternalApiClient {
  private readonly logger = new Logger(ExternalApiClient.name);

  /** @param checksum what is being submitted */
  submit(checksum: string): ApiReceipt {
    const step = currentStep();
    if (step === undefined)
      throw new Error('The API is called in steps only: without one there is no idempotency key.');
    const { idempotencyKey } = step;
    const requestId = createHash('sha256').update(`${idempotencyKey} ${checksum}`).digest('hex').slice(0, 16);
    this.logger.log(`Submitted as request ${requestId}`);
    return { status: 201, requestId, idempotencyKey };
  }
}
