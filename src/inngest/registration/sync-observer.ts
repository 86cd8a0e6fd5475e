import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import { Subject } from 'rxjs';
import { networkReason } from '../../common/error-text.js';
import { isRegistration, outcomeOf, type SyncOutcome } from '../definition/sync-outcome.js';

/** The outcome of the current sync. With a fallback key there are two attempts; the last one counts. */
interface Sync {
  outcome?: SyncOutcome;
}

// All observers share it, because every AsyncLocalStorage makes each promise slower.
const syncs = new AsyncLocalStorage<Sync>();

/**
 * Observes Inngest's answers when the SDK registers the functions. The SDK itself passes on a refusal only if it is
 * JSON; `401 Authentication failed` would become "Unexpected token".
 */
@Injectable()
export class SyncObserver {
  private readonly subject = new Subject<SyncOutcome>();
  readonly outcomes = this.subject.asObservable();

  /** A fetch that notes the outcome of registrations made within {@link during}. */
  observing(fetchIt: typeof fetch): typeof fetch {
    return async (input, init) => {
      const sync = syncs.getStore();
      if (!sync || !isRegistration(input)) return fetchIt(input, init);
      try {
        const response = await fetchIt(input, init);
        sync.outcome = outcomeOf(response.status, await response.clone().text());
        return response;
      } catch (error) {
        sync.outcome = { kind: 'unreachable', reason: networkReason(error) };
        throw error;
      }
    };
  }

  /** Runs a sync. If the sync reached Inngest, publishes its outcome. */
  async during(work: () => Promise<unknown>): Promise<void> {
    const sync: Sync = {};
    await syncs.run(sync, work);
    if (sync.outcome) this.subject.next(sync.outcome);
  }
}
