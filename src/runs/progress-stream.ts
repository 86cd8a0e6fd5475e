import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Clock } from '../clock/index.js';
import { ChangeNotices } from './change-notices.js';
import { EventWatch, type ReadOutcome } from './event-watch.js';
import { knowsTheEnd, progressOf, seenOf, type Progress } from './run-progress.js';
import { RunsService } from './runs.service.js';

/** A run that a listener follows. Call `leave` at the end. */
export interface FollowedRun {
  /** Whether a listener whose last event had this id has received everything. */
  knowsTheEnd(lastId: string): boolean;
  /**
   * Yields the progress of the run from its beginning, or after `lastId`, until the run has ended or the signal aborts.
   * It keeps no backlog for a slow listener.
   *
   * @param lastId the id of the last {@link Progress} that the listener has, of an earlier connection
   */
  progress(signal: AbortSignal, lastId?: string): AsyncGenerator<Progress, void, void>;
  /** Stops the work for this listener. */
  leave(): void;
}

interface Shared {
  readonly watch: EventWatch;
  listeners: number;
}

/** Follows runs, and yields only new progress. All listeners of one run share the requests to Inngest. */
@Injectable()
export class ProgressStream implements OnModuleDestroy {
  private readonly watches = new Map<string, Shared>();

  constructor(
    private readonly runs: RunsService,
    private readonly notices: ChangeNotices,
    private readonly clock: Clock,
  ) {}

  /**
   * Starts to follow the newest run of an event.
   *
   * @returns undefined if Inngest has no event with this name and id
   * @throws InngestUnreachableError or InngestRefusedError, within 3 s. If Inngest fails later, the progress continues
   * when Inngest is reachable again
   */
  async follow(eventId: string, eventName: string, functionId: string): Promise<FollowedRun | undefined> {
    const key = JSON.stringify([eventId, eventName, functionId]);
    const shared = this.join(key, eventId, () => this.runs.ofEvent(eventId, eventName, functionId));
    let isIn = true;
    const leave = (): void => {
      if (isIn) this.leave(key, shared);
      isIn = false;
    };
    try {
      const outcome = await shared.watch.current();
      if (outcome === undefined) {
        leave();
        return undefined;
      }
      return {
        knowsTheEnd: (lastId) => knowsTheEnd(outcome, lastId),
        progress: (signal, lastId) => progressIn(shared.watch, signal, lastId),
        leave,
      };
    } catch (error) {
      leave();
      throw error;
    }
  }

  onModuleDestroy(): void {
    for (const { watch } of this.watches.values()) watch.close();
    this.watches.clear();
  }

  private join(key: string, eventId: string, read: ReadOutcome): Shared {
    const known = this.watches.get(key);
    // Do not reuse a watch that is over: the event may have a newer run, a replay.
    const shared = known && !known.watch.isOver ? known : this.begin(key, eventId, read);
    shared.listeners++;
    return shared;
  }

  private begin(key: string, eventId: string, read: ReadOutcome): Shared {
    const shared = { watch: new EventWatch(eventId, read, this.notices, this.clock), listeners: 0 };
    this.watches.set(key, shared);
    return shared;
  }

  private leave(key: string, shared: Shared): void {
    if (--shared.listeners > 0) return;
    shared.watch.close();
    if (this.watches.get(key) === shared) this.watches.delete(key);
  }
}

async function* progressIn(
  watch: EventWatch,
  signal: AbortSignal,
  lastId: string | undefined,
): AsyncGenerator<Progress, void, void> {
  const told = new Set<string>();
  let known = lastId;
  for (let version = 0; ;) {
    const snapshot = await watch.after(version, signal);
    if (snapshot?.outcome === undefined) return;
    version = snapshot.version;
    const all = progressOf(snapshot.outcome);
    // The listener has everything up to `known`. With an id of another run it gets everything.
    const seen = known === undefined ? 0 : seenOf(all, known);
    for (const { key } of all.slice(0, seen)) told.add(key);
    if (all.length > 0) known = undefined;
    for (const progress of all) {
      if (signal.aborted) return;
      if (told.has(progress.key)) continue;
      told.add(progress.key);
      yield progress;
    }
    if (all.at(-1)?.event.type === 'ended') return;
  }
}
