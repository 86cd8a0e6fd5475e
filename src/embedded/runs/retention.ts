import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Clock, type Release } from '../../clock/index.js';
import { FunctionRegistry } from '../functions/function-registry.js';
import { Lanes } from '../queue/lanes.js';
import { EmbeddedOptions } from '../settings/embedded-options.js';
import { RetentionStore } from '../store/retention.store.js';
import { stackOf } from '../../common/error-text.js';

/** The longest time between two clean-ups, in milliseconds. History is kept at most this much longer than set. */
const LONGEST_INTERVAL_MS = 60 * 60 * 1_000;
/** How many rows one turn removes: few enough that calls do not wait noticeably. */
const ROWS_PER_TURN = 100;
/** How many functions one turn removes. For each, the store searches all outcomes for references to the function. */
const FUNCTIONS_PER_TURN = 1;

/** Removes runs and events after the retention time. Unfinished runs stay, however old they are. */
@Injectable()
export class Retention implements OnApplicationShutdown {
  private readonly logger = new Logger('Inngest');
  private cancel: Release | undefined;
  private isStopped = false;

  constructor(
    private readonly store: RetentionStore,
    private readonly functions: FunctionRegistry,
    private readonly lanes: Lanes,
    private readonly options: EmbeddedOptions,
    private readonly clock: Clock,
  ) {}

  /** Cleans up now and then every hour, or every `retentionMs` if that is shorter. */
  start(): void {
    void this.sweep().catch((error: unknown) => {
      this.logger.error('Removing old runs failed; trying again later.', stackOf(error));
    });
    if (this.isStopped) return;
    const everyMs = Math.min(LONGEST_INTERVAL_MS, this.options.retentionMs);
    this.cancel = this.clock.after(everyMs, () => this.start(), 'background');
  }

  onApplicationShutdown(): void {
    this.isStopped = true;
    this.cancel?.();
  }

  private removeFunctions(cutoff: number): number {
    const removed = this.store.removeFunctions(cutoff, FUNCTIONS_PER_TURN);
    for (const id of removed) this.lanes.dropKept(id);
    if (removed.length > 0) this.functions.load();
    return removed.length;
  }

  private async sweep(): Promise<void> {
    const now = this.clock.now();
    const cutoff = now - this.options.retentionMs;
    // Runs come first, because an event is kept as long as one of its runs.
    for (const remove of [
      () => this.store.removeRuns(cutoff, ROWS_PER_TURN),
      () => this.store.removeEvents(cutoff, ROWS_PER_TURN),
      () => this.store.removeCancellations(cutoff, ROWS_PER_TURN),
      () => this.store.removeJobs(cutoff, ROWS_PER_TURN),
      () => this.store.removeArrivals(this.clock.steady(), ROWS_PER_TURN),
      () => this.removeFunctions(cutoff),
    ]) {
      while (!this.isStopped && remove() > 0) await nextTurn();
    }
  }
}
