import { Injectable } from '@nestjs/common';
import { ASK_WITHIN_MS } from './deadlines.js';
import { InngestApi } from './inngest-api.js';
import { RunsService, type EventOutcome } from './runs.service.js';

/** A run is not in a state in which it can be cancelled or run again. The message says why. */
export class RunConflictError extends Error {
  override readonly name = 'RunConflictError';
}

/** Cancels the runs of events, and runs them again. Every method rejects as {@link RunsService.ofEvent} does. */
@Injectable()
export class RunCommands {
  constructor(
    private readonly api: InngestApi,
    private readonly runs: RunsService,
  ) {}

  /**
   * Cancels every run of an event that has not ended. Inngest does it a moment later; a step that executes is not
   * interrupted.
   *
   * @returns the ids of the cancelled runs, or undefined when Inngest knows no event of this name with this id
   * @throws RunConflictError when there is none to cancel
   */
  async cancel(eventId: string, eventName: string, functionId: string): Promise<string[] | undefined> {
    const outcome = await this.runs.ofEvent(eventId, eventName, functionId);
    if (outcome === undefined) return undefined;
    const open = outcome.runs.filter(({ endedAt }) => endedAt === undefined);
    const signal = AbortSignal.timeout(ASK_WITHIN_MS);
    const cancelled = await Promise.all(
      open.map(async ({ id }) => ((await this.api.cancel(id, signal)) ? [id] : [])),
    );
    const ids = cancelled.flat();
    if (ids.length === 0) throw new RunConflictError(nothingToCancel(outcome));
    return ids;
  }

  /**
   * Runs an event's newest run again, all its steps, in a new run. It counts against no idempotency.
   *
   * @returns the new run's id, or undefined when Inngest knows no event of this name with this id
   * @throws RunConflictError when there is no run, or it goes on
   */
  async replay(eventId: string, eventName: string, functionId: string): Promise<string | undefined> {
    const outcome = await this.runs.ofEvent(eventId, eventName, functionId);
    if (outcome === undefined) return undefined;
    const { run, status, reason } = outcome;
    if (run === undefined) throw new RunConflictError(`There is no run to replay. ${reason ?? ''}`.trim());
    if (run.endedAt === undefined) {
      throw new RunConflictError(
        `The run is ${status} and has not ended. Wait for its end, or cancel it, before a replay.`,
      );
    }
    return this.api.rerun(run.id, AbortSignal.timeout(ASK_WITHIN_MS));
  }
}

function nothingToCancel({ run, status, reason }: EventOutcome): string {
  if (run === undefined) return `There is no run to cancel. ${reason ?? ''}`.trim();
  // A run that ended between the question and the cancellation is told by its status of before.
  return run.endedAt === undefined
    ? 'The run has just ended: there is nothing to cancel.'
    : `The run is ${status} already: there is nothing to cancel.`;
}
