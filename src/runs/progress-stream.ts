import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { Observable, Subject, takeUntil } from 'rxjs';
import { Clock } from '../clock/index.js';
import { progressOf, seenOf, type Progress } from './run-progress.js';
import { RunsService } from './runs.service.js';

/** How often Inngest is asked anew, in milliseconds. */
const LOOK_AGAIN_AFTER_MS = 500;

/** Follows a run by asking Inngest again and again, and tells only what is new. */
@Injectable()
export class ProgressStream implements BeforeApplicationShutdown {
  private readonly closing = new Subject<void>();

  constructor(
    private readonly runs: RunsService,
    private readonly clock: Clock,
  ) {}

  /**
   * Tells a run's life from its beginning, or from after `lastId`, and completes when it has ended. It stops asking as
   * soon as nobody listens.
   *
   * @param lastId the id of the last {@link Progress} that the listener has, of an earlier connection
   */
  follow(eventId: string, eventName: string, functionId: string, lastId?: string): Observable<Progress> {
    return new Observable<Progress>((listener) => {
      const told = new Set<string>();
      let known = lastId;
      let cancel: () => void = () => undefined;

      const look = async (): Promise<void> => {
        const outcome = await this.runs.ofEvent(eventId, eventName, functionId);
        if (listener.closed) return;
        const all = outcome ? progressOf(outcome) : [];
        // What came up to the last one is known to the listener; an id of another run tells everything.
        const seen = known === undefined ? 0 : seenOf(all, known);
        for (const { key } of all.slice(0, seen)) told.add(key);
        if (all.length > 0) known = undefined;
        for (const progress of all) {
          if (told.has(progress.key)) continue;
          told.add(progress.key);
          listener.next(progress);
        }
        if (outcome === undefined || all.at(-1)?.event.type === 'ended') listener.complete();
        else cancel = this.clock.after(LOOK_AGAIN_AFTER_MS, again, 'background');
      };
      const again = (): void => {
        // Inngest may be away for a while: the stream goes on when it is back.
        look().catch(() => {
          if (listener.closed) return;
          cancel = this.clock.after(LOOK_AGAIN_AFTER_MS, again, 'background');
        });
      };

      again();
      return () => cancel();
    }).pipe(takeUntil(this.closing));
  }

  /** Streams would keep the server open: they end, and who follows one comes back with the last id. */
  beforeApplicationShutdown(): void {
    this.closing.next();
  }
}
