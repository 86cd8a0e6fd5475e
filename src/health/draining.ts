import { Injectable } from '@nestjs/common';
import type { HealthIndicatorResult } from '@nestjs/terminus';

/** Whether this worker is stopping: it finishes its executing calls and should get no more. */
@Injectable()
export class Draining {
  private begun = false;

  /** From now on the worker is not ready. */
  begin(): void {
    this.begun = true;
  }

  /** A health check that is down when the worker is stopping. */
  check(): HealthIndicatorResult<'worker'> {
    if (!this.begun) return { worker: { status: 'up' } };
    const message = 'The worker is stopping: it finishes its executing calls and accepts no more.';
    return { worker: { status: 'down', message } };
  }
}
