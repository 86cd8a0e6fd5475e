import { Logger } from '@nestjs/common';
import { INNGEST_LOG_CONTEXT } from '../definition/inngest.constants.js';
import {
  lost,
  refused,
  registered,
  registeredAgain,
  superseded,
  unreachable,
} from '../definition/inngest.messages.js';
import type { InngestModuleOptions } from '../definition/inngest-module-options.js';
import type { SyncOutcome } from '../definition/sync-outcome.js';

/** Logs the progress of the registration, each message once. */
export class RegistrationLog {
  private readonly logger = new Logger(INNGEST_LOG_CONTEXT);
  /** The messages that have been logged since the last success. Each is logged once. */
  private readonly said = new Set<string>();
  /** The last logged outcome that is a lasting state. */
  private last: 'registered' | 'superseded' | 'unreachable' | undefined;
  private supersededBy: number | undefined;
  private wasLost = false;

  /** @param functions the ids of the functions that are registered */
  constructor(
    private readonly options: InngestModuleOptions,
    private readonly functions: () => readonly string[],
  ) {}

  /** Logs an outcome, unless it was already logged. @param url the URL of Inngest */
  tell(outcome: SyncOutcome, url: string): void {
    switch (outcome.kind) {
      case 'registered':
        if (this.last !== 'registered') {
          this.logger.log((this.wasLost ? registeredAgain : registered)(url, this.functions()));
        }
        this.succeeded('registered');
        break;
      case 'superseded':
        if (this.supersededBy !== outcome.by) {
          this.logger.warn(superseded(url, this.options.deployment ?? 0, outcome.by));
        }
        this.succeeded('superseded', outcome.by);
        break;
      case 'unreachable':
        if (this.last !== 'unreachable') {
          const { isDev = false, unreachableHint } = this.options;
          this.logger.error(unreachable(isDev, url, outcome.reason, unreachableHint));
        }
        this.last = 'unreachable';
        this.wasLost = true;
        break;
      case 'refused':
        this.last = undefined;
        this.once(refused(url, outcome.reason));
        break;
      case 'not-asked':
        this.last = 'unreachable';
        this.once(outcome.reason);
    }
  }

  /** Logs that Inngest has lost the functions, with the reason. */
  lost(url: string, reason: string): void {
    this.logger.warn(lost(url, reason));
    this.last = undefined;
  }

  /** Logs an error unless it was logged since the last success. */
  once(message: string): void {
    if (!this.said.has(message)) this.logger.error(message);
    this.said.add(message);
  }

  private succeeded(last: 'registered' | 'superseded', by?: number): void {
    this.last = last;
    this.supersededBy = by;
    this.wasLost = false;
    this.said.clear();
  }
}
