import { createHash } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';

export interface ProcessedData {
  /** The length of the input in characters. */
  characters: number;
  /** The SHA-256 of the input, which is the same for the same task. */
  checksum: string;
}

/** Step 2: a substitute for the processing of data. */
@Injectable()
export class DataProcessingService {
  private readonly logger = new Logger(DataProcessingService.name);

  process(input: string): ProcessedData {
    const checksum = createHash('sha256').update(input).digest('hex');
    this.logger.log(`${input.length} characters processed`);
    return { characters: input.length, checksum };
  }
}
