import { Injectable } from '@nestjs/common';
import { Clock } from '../clock/index.js';
import { progressOf, seenOf, type Progress } from './run-progress.js';
import { RunsService } from './runs.service.js';

/** How often Inngest is asked anew, in milliseconds. */
const LOOK_AGAIN_AFTER_MS = 500;

/** Follows a run by asking Inngest again and again, and tells only what is new. */
@Injectable()
export class ProgressStream {
  constructor(
    private readonly runs: RunsService,
    private readonly clock: Clock,
  ) {}

  /**
   * Tells a run's life from its beginning, or from after `lastId`, until it has ended or the signal is aborted. It asks
   * again only when the listener has taken all that is new: what a slow one does not take, it does not hold.
   *
   * @param lastId the id of the last {@link Progress} that the listener has, of an earlier connection
   */
  async *follow(
    eventId: string,
    eventName: string,
    functionId: string,
    signal: AbortSignal,
    lastId?: string,
  ): AsyncGenerator<Progress, void, void> {
    const told = new Set<string>();
    let known = lastId;
    for (; !signal.aborted; await this.pause(signal)) {
      let all: Progress[];
      try {
        const outcome = await this.runs.ofEvent(eventId, eventName, functionId);
        if (outcome === undefined) return;
        all = progressOf(outcome);
      } catch {
        // Inngest may be away for a while: the stream goes on when it is back.
        continue;
      }
      // What came up to the last one is known to the listener; an id of another run tells everything.
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

  /** Time does not move for its sake. */
  private pause(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const cancel = this.clock.after(LOOK_AGAIN_AFTER_MS, done, 'background');
      signal.addEventListener('abort', done);
    });
  }
}
