import { Injectable } from '@nestjs/common';
import { ASK_WITHIN_MS } from './deadlines.js';
import { InngestApi } from './inngest-api.js';
import { RunsService, type EventOutcome } from './runs.service.js';

/** The state of a run does not allow it to be cancelled or replayed. The message says why. */
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
   * Cancels every unfinished run of an event. Inngest does that a moment later, and does not interrupt an executing
   * step.
   *
   * @returns the ids of the cancelled runs, or undefined if Inngest has no event with this name and id
   * @throws RunConflictError if there is no run to cancel
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
   * Runs all steps of an event's newest run again, in a new run. Idempotency does not apply.
   *
   * @returns the new run's id, or undefined if Inngest has no event with this name and id
   * @throws RunConflictError if there is no run, or if it has not ended
   */
  async replay(eventId: string, eventName: string, functionId: string): Promise<string | undefined> {
    const outcome = await this.runs.ofEvent(eventId, eventName, functionId);
    if (outcome === undefined) return undefined;
    const { run, status, reason } = outcome;
    if (run === undefined) throw new RunConflictError(`There is no run to replay. ${reason ?? ''}`.trim());
    if (run.endedAt === undefined) {
      throw new RunConflictError(
        `The run is ${status}. Wait until it has ended, or cancel it, before you replay it.`,
      );
    }
    return this.api.rerun(run.id, AbortSignal.timeout(ASK_WITHIN_MS));
  }
}

function nothingToCancel({ run, status, reason }: EventOutcome): string {
  if (run === undefined) return `There is no run to cancel. ${reason ?? ''}`.trim();
  // If the run ended between the read and the cancellation, `status` is still the earlier one.
  return run.endedAt === undefined
    ? 'The run has just ended, so there is nothing to cancel.'
    : `The run is already ${status}, so there is nothing to cancel.`;
}
