import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { messageOf } from '../common/error-text.js';
import { InngestRegistration } from '../inngest/index.js';
import { InngestApi } from '../runs/index.js';
import { Draining } from './draining.js';
import { StartUp } from './start-up.js';

/** How long Inngest may take to answer. Wall time: it may be another process. */
const TIMEOUT_MS = 2_000;

/** Whether this worker can get work: it is not stopping, Inngest answers, and knows its functions. */
@Injectable()
export class InngestHealth {
  constructor(
    private readonly health: HealthIndicatorService,
    private readonly api: InngestApi,
    private readonly registration: InngestRegistration,
    private readonly draining: Draining,
    private readonly startUp: StartUp,
  ) {}

  takesCalls(): HealthIndicatorResult<'worker'> {
    const indicator = this.health.check('worker');
    if (!this.draining.isDraining) return indicator.up();
    return indicator.down({ message: 'It is stopping: calls under way finish, and no more are to come.' });
  }

  /** Up for good once the functions have been registered, whatever becomes of Inngest later. */
  hasStarted(): HealthIndicatorResult<'functions'> {
    return this.startUp.isDone ? this.health.check('functions').up() : this.areFunctionsRegistered();
  }

  /** What Inngest has set aside is a detail: it answers, and other tasks run. */
  async isReachable(): Promise<HealthIndicatorResult<'inngest'>> {
    const indicator = this.health.check('inngest');
    const { url } = this.api;
    try {
      const { setAside } = await this.api.health(AbortSignal.timeout(TIMEOUT_MS));
      return indicator.up({ url, ...(setAside > 0 && { setAside: { count: setAside } }) });
    } catch (error) {
      return indicator.down({ url, message: messageOf(error) });
    }
  }

  areFunctionsRegistered(): HealthIndicatorResult<'functions'> {
    const indicator = this.health.check('functions');
    const { state, functions, lastError } = this.registration;
    if (state === 'registered') return indicator.up({ registered: functions });
    return indicator.down({
      registration: state,
      message: lastError ?? 'The functions are not registered yet.',
    });
  }
}
