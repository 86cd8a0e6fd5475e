import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Clock, type Release } from '../../clock/index.js';
import { FunctionRegistry } from '../functions/function-registry.js';
import { EmbeddedOptions } from '../settings/embedded-options.js';
import { RetentionStore } from '../store/retention.store.js';
import { stackOf } from '../../common/error-text.js';

/** The most that history is kept longer than asked for, in milliseconds. */
const MOST_EVERY_MS = 60 * 60 * 1_000;
/** Few enough at once that a call never waits noticeably for it. */
const BATCH = 100;
/** Whether something refers to a function is a search through all outcomes. */
const FUNCTIONS_AT_ONCE = 1;

/** Keeps the history as long as it was asked to, and no longer. What is unfinished stays, however old. */
@Injectable()
export class Retention implements OnApplicationShutdown {
  private readonly logger = new Logger('Inngest');
  private cancel: Release | undefined;
  private isStopped = false;

  constructor(
    private readonly store: RetentionStore,
    private readonly functions: FunctionRegistry,
    private readonly options: EmbeddedOptions,
    private readonly clock: Clock,
  ) {}

  /** Cleans up now and from now on every hour; more often when what is to be kept is less than that. */
  start(): void {
    void this.sweep().catch((error: unknown) => {
      this.logger.error('Old runs could not be removed; trying again later.', stackOf(error));
    });
    if (this.isStopped) return;
    const everyMs = Math.min(MOST_EVERY_MS, this.options.retentionMs);
    this.cancel = this.clock.after(everyMs, () => this.start(), 'background');
  }

  onApplicationShutdown(): void {
    this.isStopped = true;
    this.cancel?.();
  }

  private removeFunctions(cutoff: number): number {
    const removed = this.store.removeFunctions(cutoff, FUNCTIONS_AT_ONCE);
    if (removed > 0) this.functions.load();
    return removed;
  }

  private async sweep(): Promise<void> {
    const now = this.clock.now();
    const cutoff = now - this.options.retentionMs;
    // Runs first: an event stays for as long as one of its runs does.
    for (const remove of [
      () => this.store.removeRuns(cutoff, BATCH),
      () => this.store.removeEvents(cutoff, BATCH),
      () => this.store.removeCancellations(cutoff, BATCH),
      () => this.store.removeJobs(cutoff, BATCH),
      () => this.store.removeArrivals(this.clock.steady(), BATCH),
      () => this.removeFunctions(cutoff),
    ]) {
      while (!this.isStopped && remove() > 0) await nextTurn();
    }
  }
}
