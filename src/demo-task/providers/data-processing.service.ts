import { createHash } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';

export interface ProcessedData {
  /** How many characters went in. */
  characters: number;
  /** SHA-256 of what went in: the same task always has the same. */
  checksum: string;
}

/** Step 2: stands in for the processing of data. */
@Injectable()
export class DataProcessingService {
  private readonly logger = new Logger(DataProcessingService.name);

  process(input: string): ProcessedData {
    const checksum = createHash('sha256').update(input).digest('hex');
    this.logger.log(`${input.length} characters processed`);
    return { characters: input.length, checksum };
  }
}
