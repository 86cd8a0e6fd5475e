import { Injectable } from '@nestjs/common';
import { valueAt } from '../expressions/index.js';
import { eventForApp, type StoredEvent } from '../protocol/event.js';
import { JobKind } from '../jobs/job-kinds.js';
import { JobStore } from '../store/job.store.js';
import { WaitStore, type PlacedWait, type WaitRange } from '../store/wait.store.js';

/** If the waits for an event require values at more paths than this, all waits are read instead of using the index. */
const MAX_PATHS = 20;

/**
 * Finds the waits that an event may end. If a wait's condition requires a certain value in the event, an index finds it. So
 * with 10,000 waits for one event name, each for another user, an event reads only those for its user.
 */
@Injectable()
export class MatchingWaits {
  constructor(
    private readonly waits: WaitStore,
    private readonly jobs: JobStore,
  ) {}

  /**
   * Up to `limit` waits of the range, in the order in which they were stored. The caller has to evaluate their conditions.
   */
  page(kind: 'cancel' | 'event', event: StoredEvent, range: WaitRange, limit: number): PlacedWait[] {
    if (!this.waits.hasAny(kind, event.name)) return [];
    const paths = this.isChanging(kind) ? undefined : this.paths(kind, event.name);
    if (!paths) return this.waits.page(kind, event.name, range, limit);
    const async = eventForApp(event);
    const equalities = paths.flatMap((path) => {
      const value = valueAt(path, async);
      return value === undefined ? [] : [{ path, value }];
    });
    return [null, ...equalities]
      .flatMap((equality) => this.waits.pageOfValue(kind, event.name, equality, range, limit))
      .toSorted((a, b) => a.position - b.position)
      .slice(0, limit);
  }

  /** While a job applies a changed `cancelOn`, the index still has the values of the old conditions for some waits. */
  private isChanging(kind: 'cancel' | 'event'): boolean {
    return kind === 'cancel' && this.jobs.hasOpen(JobKind.ApplyConfiguration);
  }

  /** The paths at which waits require values; undefined when there are more than {@link MAX_PATHS}. */
  private paths(kind: 'cancel' | 'event', subject: string): string[] | undefined {
    const paths: string[] = [];
    for (
      let path = this.waits.nextPath(kind, subject, '');
      path !== undefined;
      path = this.waits.nextPath(kind, subject, path)
    ) {
      if (paths.length === MAX_PATHS) return undefined;
      paths.push(path);
    }
    return paths;
  }
}
