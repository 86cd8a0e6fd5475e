import { setTimeout as wallTime } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Clock } from '../clock/index.js';
import { InngestRegistration } from '../inngest/index.js';
import { ASK_WITHIN_MS } from './deadlines.js';
import { describeRun, isMixed, statusOf } from './describe-run.js';
import { InngestApi } from './inngest-api.js';
import type { EventRecord, JobRecord, RunRecord } from './run-record.js';
import type { RunStatus, RunSummaryView, RunView } from './run-view.js';

/** If no run has appeared this long after Inngest received the event, the event starts none. In milliseconds. */
const SKIPPED_AFTER_MS = 5_000;

/** Inngest's API knows an event only a moment after Inngest has accepted it (about 50 ms, measured on Inngest 1.43). */
const APPEARS_WITHIN_MS = 500;
const LOOK_AGAIN_AFTER_MS = 50;

/** How often a run is read whose answers are from different times. Afterwards they count as they are. */
const MOST_READS = 3;

const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/i;
const ULID_DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The outcome of an event. */
export interface EventOutcome {
  readonly event: EventRecord;
  readonly status: RunStatus;
  /** Why there is no run, as text. */
  readonly reason?: string;
  /** The newest run. */
  readonly run?: RunView;
  /** All runs, newest first. After a replay there are several. */
  readonly runs: readonly RunSummaryView[];
}

/** Reads the outcome of an event from Inngest. */
@Injectable()
export class RunsService {
  constructor(
    private readonly api: InngestApi,
    private readonly registration: InngestRegistration,
    private readonly clock: Clock,
  ) {}

  /**
   * The outcome of an event for one function: its newest run in full, and a summary of all runs.
   *
   * @returns undefined if Inngest has no event with this name and id
   * @throws InngestUnreachableError or InngestRefusedError, within 3 s
   */
  async ofEvent(id: string, eventName: string, functionId: string): Promise<EventOutcome | undefined> {
    if (!ULID.test(id)) return undefined;
    const signal = AbortSignal.timeout(ASK_WITHIN_MS);
    const [event, records] = await Promise.all([
      this.event(id, signal),
      this.api.runsOfEvent(id, functionId, signal),
    ]);
    if (event === undefined || event.name !== eventName) return undefined;
    const [newest] = records;
    if (newest === undefined) return { event, runs: [], ...this.withoutRun(event, functionId) };
    const run = await this.describe(newest, signal);
    const runs = records.map((record) =>
      record === newest ? summaryOf(run) : summaryOf(record, statusOf(record)),
    );
    return { event, status: run.status, run, runs };
  }

  private async event(id: string, signal: AbortSignal): Promise<EventRecord | undefined> {
    const isFresh = Math.abs(this.clock.now() - mintedAt(id)) < SKIPPED_AFTER_MS;
    for (let left = isFresh ? APPEARS_WITHIN_MS : 0; ; left -= LOOK_AGAIN_AFTER_MS) {
      const event = await this.api.event(id, signal);
      if (event !== undefined || left <= 0) return event;
      await wallTime(LOOK_AGAIN_AFTER_MS);
    }
  }

  /** Reads the run again if its answers turn out to be from different times. */
  private async describe(record: RunRecord, signal: AbortSignal): Promise<RunView> {
    for (let readsLeft = MOST_READS; ;) {
      const [detail, trace] = await Promise.all([
        this.api.run(record.id, signal),
        this.api.trace(record.id, signal),
      ]);
      // Use the list's output too, because the two answers are from different times.
      const run = detail === undefined ? record : { ...detail, output: detail.output ?? record.output };
      let jobs: readonly JobRecord[] = [];
      let view = describeRun(run, trace, jobs);
      if (view.status === 'WAITING' && view.waiting?.until === undefined) {
        jobs = await this.api.jobs(record.id, signal);
        view = describeRun(run, trace, jobs);
      }
      if (--readsLeft === 0 || !isMixed(run, view, jobs)) return view;
    }
  }

  private withoutRun(event: EventRecord, functionId: string): { status: RunStatus; reason: string } {
    const { registeredSince } = this.registration;
    if (registeredSince === undefined) {
      return {
        status: 'QUEUED',
        reason: `No run yet: ${functionId} is not registered with Inngest.`,
      };
    }
    if (event.waiting !== undefined) {
      return { status: 'QUEUED', reason: `No run yet: the event is ${event.waiting}.` };
    }
    if (this.clock.now() - event.receivedAt < SKIPPED_AFTER_MS) {
      return { status: 'QUEUED', reason: 'No run yet: Inngest has only just received the event.' };
    }
    const noRun = `Inngest started no run of ${functionId} for this event`;
    if (event.receivedAt < registeredSince) {
      const since = new Date(registeredSince).toISOString();
      return {
        status: 'SKIPPED',
        reason:
          `${noRun}, which arrived before ${since}: ${functionId} was not registered then, or the event is a duplicate of ` +
          'an earlier one. Send it again; if it is a duplicate, it will again start no run.',
      };
    }
    return { status: 'SKIPPED', reason: `${noRun}: the event is a duplicate of an earlier one.` };
  }
}

function summaryOf(run: RunRecord | RunView, status = run.status as RunStatus): RunSummaryView {
  return { id: run.id, status, queuedAt: run.queuedAt, startedAt: run.startedAt, endedAt: run.endedAt };
}

/** The time at which a ULID was created, in milliseconds since 1970: its first ten digits, of five bits each. */
function mintedAt(ulid: string): number {
  return ulid
    .slice(0, 10)
    .toUpperCase()
    .split('')
    .reduce((time, digit) => time * 32 + ULID_DIGITS.indexOf(digit), 0);
}
