import { Injectable } from '@nestjs/common';
import { SystemClock } from '../../clock/index.js';
import { Changes } from '../notices/notices.js';
import { OutboxStore } from '../store/outbox.store.js';
import { hasEnded, RunStore } from '../store/run.store.js';

/** How long a tool waits for the delivery of an event, and how often it checks, in milliseconds. */
const DELIVERY_TIMEOUT_MS = 2_000;
const CHECK_EVERY_MS = 5;

/** Waits for runs and events. It uses the machine's time also on a virtual clock, because agents wait in real time. */
@Injectable()
export class RunWaits {
  private readonly machine = new SystemClock();

  constructor(
    private readonly changes: Changes,
    private readonly runs: RunStore,
    private readonly outbox: OutboxStore,
  ) {}

  /**
   * Resolves when all of these runs have ended or the timeout is over. Rejects with the signal's reason when it is aborted.
   *
   * @param timeoutMs milliseconds
   */
  ended(runIds: readonly string[], timeoutMs: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const open = new Set(runIds.filter((id) => this.isOpen(id)));
    if (open.size === 0 || timeoutMs <= 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        unsubscribe();
        cancel();
        signal.removeEventListener('abort', onAbort);
        settle();
      };
      const onAbort = (): void => finish(() => reject(signal.reason as Error));
      const unsubscribe = this.changes.subscribe((change) => {
        if (change.kind !== 'run' || !open.has(change.runId) || this.isOpen(change.runId)) return;
        open.delete(change.runId);
        if (open.size === 0) finish(resolve);
      });
      const cancel = this.machine.after(timeoutMs, () => finish(resolve));
      signal.addEventListener('abort', onAbort);
    });
  }

  /** Resolves when an event has been delivered, so that its outcomes are known; at the latest after two seconds. */
  async delivered(eventId: string, signal: AbortSignal): Promise<void> {
    const deadline = this.machine.steady() + DELIVERY_TIMEOUT_MS;
    while (this.outbox.ofEvent(eventId) !== undefined && this.machine.steady() < deadline) {
      await this.machine.sleep(CHECK_EVERY_MS, signal);
    }
  }

  private isOpen(runId: string): boolean {
    const run = this.runs.get(runId);
    return run !== undefined && !hasEnded(run);
  }
}
