import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../clock/index.js';

export interface Delay {
  requestedMs: number;
  waitedMs: number;
}

/**
 * Step 3: waits inside the step, like slow work, and so holds a concurrency slot during the wait. It waits on the
 * injected clock, so it takes no real time in a test with virtual time.
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
