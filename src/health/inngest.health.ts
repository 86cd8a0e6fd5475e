import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { messageOf } from '../common/error-text.js';
import { InngestRegistration } from '../inngest/index.js';
import { InngestApi } from '../runs/index.js';
import { Draining } from './draining.js';

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
  ) {}

  takesCalls(): HealthIndicatorResult<'worker'> {
    const indicator = this.health.check('worker');
    if (!this.draining.isDraining) return indicator.up();
    return indicator.down({ message: 'It is stopping: calls under way finish, and no more are to come.' });
  }

  async isReachable(): Promise<HealthIndicatorResult<'inngest'>> {
    const indicator = this.health.check('inngest');
    const { url } = this.api;
    try {
      await this.api.ping(AbortSignal.timeout(TIMEOUT_MS));
      return indicator.up({ url });
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
