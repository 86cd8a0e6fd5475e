import { Injectable, Logger } from '@nestjs/common';
import type { ProcessedData } from './data-processing.service.js';
import type { ApiReceipt } from './external-api.client.js';

export interface TaskResult {
  state: 'finalized';
  checksum: string;
  requestId: string;
  summary: string;
}

/** Step 5: combines the results of the earlier steps. */
@Injectable()
export class ResultAssembler {
  private readonly logger = new Logger(ResultAssembler.name);

  assemble(taskId: string, data: ProcessedData, receipt: ApiReceipt): TaskResult {
    this.logger.log(`Task "${taskId}" is done`);
    return {
      state: 'finalized',
      checksum: data.checksum,
      requestId: receipt.requestId,
      summary: `Task "${taskId}": ${data.characters} characters processed, submitted as request ${receipt.requestId}.`,
    };
  }
}
