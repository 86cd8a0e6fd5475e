import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Clock, type Release } from '../../clock/index.js';
import { EmbeddedOptions } from '../settings/embedded-options.js';
import { RetentionStore } from '../store/retention.store.js';

const EVERY_MS = 60 * 60 * 1_000;
/** Few enough at once that a call never waits noticeably for it. */
const BATCH = 100;

/** Keeps the history as long as it was asked to, and no longer. What is unfinished stays, however old. */
@Injectable()
export class Retention implements OnApplicationShutdown {
  private readonly logger = new Logger('Inngest');
  private cancel: Release | undefined;
  private isStopped = false;

  constructor(
    private readonly store: RetentionStore,
    private readonly options: EmbeddedOptions,
    private readonly clock: Clock,
  ) {}

  /** Cleans up now and every hour from now on. */
  start(): void {
    void this.sweep().catch((error: unknown) => {
      this.logger.error('Old runs could not be removed; trying again in an hour.', (error as Error).stack);
    });
    if (this.isStopped) return;
    this.cancel = this.clock.after(EVERY_MS, () => this.start(), 'background');
  }

  onApplicationShutdown(): void {
    this.isStopped = true;
    this.cancel?.();
  }

  private async sweep(): Promise<void> {
    const now = this.clock.now();
    const cutoff = now - this.options.retentionMs;
    // Runs first: an event stays for as long as one of its runs does.
    for (const remove of [
      () => this.store.removeRuns(cutoff, BATCH),
      () => this.store.removeEvents(cutoff, BATCH),
      () => this.store.removeCancellations(cutoff, BATCH),
      () => this.store.removeArrivals(this.clock.steady(), BATCH),
    ]) {
      while (!this.isStopped && remove() === BATCH) await nextTurn();
    }
  }
}
