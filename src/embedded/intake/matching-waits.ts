import { Injectable } from '@nestjs/common';
import { valueAt } from '../expressions/index.js';
import { eventForApp, type StoredEvent } from '../protocol/event.js';
import { JobKind } from '../jobs/job-kinds.js';
import { JobStore } from '../store/job.store.js';
import { WaitStore, type PlacedWait, type WaitRange } from '../store/wait.store.js';

/** Where waits require values at more paths than this, all of them are looked at. */
const MOST_PATHS = 20;

/**
 * Finds the waits that an event may fulfil. A wait whose condition requires one value of the event is found by an index;
 * so 10,000 waits for one name, each of a user of its own, cost no more than those of the event's user.
 */
@Injectable()
export class MatchingWaits {
  constructor(
    private readonly waits: WaitStore,
    private readonly jobs: JobStore,
  ) {}

  /** At most `limit` of the range, in the order in which they were stored; their conditions are not evaluated yet. */
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

  /** While what cancels the runs of a function changes, their waits have the values of the earlier conditions. */
  private isChanging(kind: 'cancel' | 'event'): boolean {
    return kind === 'cancel' && this.jobs.hasOpen(JobKind.ApplyConfiguration);
  }

  /** Returns undefined when there are too many. */
  private paths(kind: 'cancel' | 'event', subject: string): string[] | undefined {
    const paths: string[] = [];
    for (
      let path = this.waits.nextPath(kind, subject, '');
      path !== undefined;
      path = this.waits.nextPath(kind, subject, path)
    ) {
      if (paths.length === MOST_PATHS) return undefined;
      paths.push(path);
    }
    return paths;
  }
}
