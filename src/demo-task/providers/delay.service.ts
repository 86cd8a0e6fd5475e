import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../clock/index.js';

export interface Delay {
  requestedMs: number;
  waitedMs: number;
}

/**
 * Step 3: waits inside the step, as a slow piece of work would, and so holds one of the concurrency slots all the
 * while. It waits on the injected clock, so a test with virtual time does not.
 */
@Injectable()
export class DelayService {
  private readonly logger = new Logger(DelayService.name);

  constructor(private readonly clock: Clock) {}

  /** @param ms how long, in milliseconds */
  async wait(ms: number): Promise<Delay> {
    this.logger.log(`Waiting ${ms} ms`);
    const start = this.clock.steady();
    await this.clock.sleep(ms);
    return { requestedMs: ms, waitedMs: this.clock.steady() - start };
  }
}
