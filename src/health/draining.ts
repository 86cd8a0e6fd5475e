import { Injectable } from '@nestjs/common';
import type { HealthIndicatorResult } from '@nestjs/terminus';

/** Whether this worker is stopping: it finishes the calls under way and is to get no more. */
@Injectable()
export class Draining {
  private begun = false;

  /** From now on the worker is not ready. */
  begin(): void {
    this.begun = true;
  }

  /** A health check: down once the worker is stopping. */
  check(): HealthIndicatorResult<'worker'> {
    if (!this.begun) return { worker: { status: 'up' } };
    const message = 'It is stopping: calls under way finish, and no more are to come.';
    return { worker: { status: 'down', message } };
  }
}
