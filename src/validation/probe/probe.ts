import { DEMO_TASK, demoTaskRequested, type DemoTaskRequest } from '../../demo-task/index.js';
import { stepsOf } from '../../runs/run-steps.js';
import type { Timing } from '../environment/timing.js';
import type { Journal } from '../environment/journal.js';
import type { KillableEnvironment, Environment } from '../environment/environment.js';
import { TargetApi, type FunctionRun, type Trace } from '../environment/target-api.js';
import { cancelAll, type Cancelled } from './cancel-all.js';
import { mapLimited } from './map-limited.js';
import { Permits } from './permits.js';
import { DEMO_TASK_THROTTLE } from './promised-limits.js';
import type { RunEvidence } from './run-evidence.js';
import { ASKED_AT_ONCE, RunWatch, type RunSource } from './run-watch.js';

/** What was waited for did not come in time. Its promise is broken, or one that it builds on. */
export class NotInTimeError extends Error {
  override readonly name = 'NotInTimeError';

  constructor(
    readonly what: string,
    readonly withinMs: number,
  ) {
    super(`${what}: not within ${withinMs / 1_000} s`);
  }
}

/** A demo task to be sent; its id is given by the probe. */
export type Task = Partial<Omit<DemoTaskRequest, 'taskId'>> & { readonly taskId?: unknown };

export interface ProbeOptions {
  /** Decides whatever is left to chance. */
  readonly seed: number;
  /** How many tasks the flood has. */
  readonly floodSize: number;
  /** Told of what is going on during a long wait. */
  readonly say: (text: string) => void;
  /** Ends every wait. */
  readonly signal: AbortSignal;
  /** Opens an environment with a worker that may be killed, or says why there is none. */
  readonly killable: (() => Promise<KillableEnvironment>) | string;
}

/** How long a run may take beyond what it waits for, in milliseconds. */
const PATIENCE_MS = 60_000;

/** How long a run is waited for that should not come, in milliseconds. */
const ABSENCE_MS = 3_000;

/** A trace is complete a moment after its run has ended. */
const TRACE_WITHIN_MS = 10_000;

/** Where experiments are made: sends tasks to the environment, waits, and collects the evidence of their runs. */
export class Probe implements RunSource {
  readonly api: TargetApi;
  /** When each event was sent, in milliseconds since 1970, by its id. */
  private readonly sent = new Map<string, number>();
  private readonly scenarios = new Map<unknown, Promise<unknown>>();
  private readonly permits = new Permits(DEMO_TASK_THROTTLE);
  private readonly counted = new Set<string>();
  private tasks = 0;

  constructor(
    readonly environment: Environment,
    readonly options: ProbeOptions,
  ) {
    this.api = new TargetApi(environment.target);
  }

  get timing(): Timing {
    return this.environment.timing;
  }

  get journal(): Journal | undefined {
    return this.environment.journal;
  }

  get signal(): AbortSignal {
    return this.options.signal;
  }

  /** An id that no task has had, for this promise. */
  taskId(of: string): string {
    return `validate-${this.options.seed}-${this.timing.now().toString(36)}-${of}-${this.tasks++}`;
  }

  /** A list in an order that depends on the seed alone. */
  shuffled<T>(list: readonly T[]): T[] {
    const result = [...list];
    let state = this.options.seed >>> 0;
    for (let i = result.length - 1; i > 0; i--) {
      // The generator of Numerical Recipes: any will do, but it must give the same on every machine.
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      const j = Math.floor((state / 2 ** 32) * (i + 1));
      [result[i], result[j]] = [result[j] as T, result[i] as T];
    }
    return result;
  }

  /** The result of an experiment that several promises look at; it is made once. */
  scenario<T>(experiment: (probe: Probe) => Promise<T>): Promise<T> {
    const known = this.made(experiment);
    if (known) return known;
    const made = experiment(this);
    this.scenarios.set(experiment, made);
    return made;
  }

  /** The result of such an experiment, if it has been made. */
  made<T>(experiment: (probe: Probe) => Promise<T>): Promise<T> | undefined {
    return this.scenarios.get(experiment) as Promise<T> | undefined;
  }

  /** Sends tasks in one request. @returns the ids of their events */
  async send(...tasks: readonly (Task & { readonly eventId?: string })[]): Promise<string[]> {
    this.signal.throwIfAborted();
    const sentAt = this.timing.now();
    const ids = await this.api.send(
      tasks.map(({ eventId, ...data }) => ({
        name: demoTaskRequested.event,
        data,
        ...(eventId !== undefined && { id: eventId }),
      })),
    );
    for (const id of ids) this.sent.set(id, sentAt);
    return ids;
  }

  /** Waits until the throttle lets `count` runs start at once. */
  async rest(count: number): Promise<void> {
    const now = this.timing.now();
    const at = this.permits.availableAt(count, now);
    // A little more: what the target counts as the start is not seen to the millisecond.
    if (at > now) await this.timing.pass(at - now + this.timing.slackMs, this.signal);
  }

  /** Counts the starts of others, such as an earlier validation. */
  async noticeEarlierStarts(): Promise<void> {
    const now = this.timing.now();
    const runs = await this.api.newestRuns({ functionId: DEMO_TASK, appId: this.environment.appId });
    // Lists do not tell when a run started; it was no later than its end.
    const latest = runs.map(({ endedAt }) =>
      endedAt === undefined ? now : Math.min(now, Date.parse(endedAt)),
    );
    for (const at of latest.toSorted((a, b) => a - b)) this.permits.take(at);
  }

  /** The demo task's runs that an event has caused, oldest first. */
  async runsOf(eventId: string): Promise<FunctionRun[]> {
    const runs = await this.api.runsOfEvent(eventId);
    return runs
      .filter(({ appId, functionId }) => appId === this.environment.appId && functionId === DEMO_TASK)
      .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** The demo task's runs of the app that were queued from a moment on, newest first. */
  async runsSince(from: number): Promise<FunctionRun[]> {
    return this.api.runs({ functionId: DEMO_TASK, appId: this.environment.appId, from });
  }

  /** @throws NotInTimeError when `what` is not so within `ms` milliseconds */
  async until(what: string, condition: () => Promise<boolean>, ms = PATIENCE_MS): Promise<void> {
    if (!(await this.timing.until(condition, ms, this.signal))) throw new NotInTimeError(what, ms);
  }

  /** The first run of an event once it has ended. @throws NotInTimeError */
  async ended(eventId: string, ms = PATIENCE_MS): Promise<RunEvidence> {
    const [run] = await this.allEnded([eventId], ms);
    return run as RunEvidence;
  }

  /** The first run of each event once all have ended, in the order of the events. @throws NotInTimeError */
  async allEnded(eventIds: readonly string[], ms = PATIENCE_MS): Promise<RunEvidence[]> {
    const since = Math.min(...eventIds.map((id) => this.sent.get(id) ?? 0));
    const watch = new RunWatch(this, eventIds, since);
    await this.until(
      eventIds.length === 1 ? 'the run ends' : `${eventIds.length} runs end`,
      async () => {
        const all = await watch.look();
        if (eventIds.length > 1) {
          this.options.say(`${watch.ended.size} of ${eventIds.length} tasks have ended`);
        }
        return all;
      },
      ms,
    );
    return mapLimited(eventIds, ASKED_AT_ONCE, (id) => this.evidence(id, watch.ended.get(id) as FunctionRun));
  }

  /** Another run of the same event, such as a replay, once it has ended. @throws NotInTimeError */
  async runEnded(eventId: string, runId: string): Promise<RunEvidence> {
    let run: FunctionRun | undefined;
    await this.until('the run ends', async () => {
      run = (await this.runsOf(eventId)).find(({ id }) => id === runId);
      return run?.endedAt !== undefined;
    });
    return this.evidence(eventId, run as FunctionRun);
  }

  /** Waits as long as runs would take to appear that should not. */
  async letNothingHappen(): Promise<void> {
    await this.timing.pass(ABSENCE_MS, this.signal);
  }

  /** Cancels every run that this probe has caused and that has not ended. */
  cancelAll(): Promise<Cancelled> {
    return cancelAll(
      [...this.sent.keys()],
      this,
      (runId) => this.api.cancel(runId),
      () => this.timing.now(),
    );
  }

  private async evidence(eventId: string, run: FunctionRun): Promise<RunEvidence> {
    const { root, input } = await this.trace(run.id);
    const startedAt = root.startedAt === undefined ? undefined : Date.parse(root.startedAt);
    if (startedAt !== undefined && !this.counted.has(run.id)) {
      this.counted.add(run.id);
      this.permits.take(startedAt);
    }
    return {
      id: run.id,
      eventId,
      status: run.status,
      queuedAt: Date.parse(run.queuedAt ?? ''),
      // Lists tell the moment a run was queued as its start (measured on Inngest 1.43); the trace tells the real one.
      ...(startedAt !== undefined && { startedAt }),
      endedAt: Date.parse(run.endedAt ?? ''),
      input,
      output: run.output ?? root.output,
      steps: stepsOf(root, true),
      ...(this.journal && { journal: this.journal.ofRun(run.id) }),
    };
  }

  private async trace(runId: string): Promise<Trace> {
    let trace: Trace | undefined;
    await this.timing.until(
      async () => {
        trace = await this.api.trace(runId);
        return trace?.root.endedAt !== undefined;
      },
      TRACE_WITHIN_MS,
      this.signal,
    );
    if (trace === undefined) throw new NotInTimeError('the target tells of the trace', TRACE_WITHIN_MS);
    return trace;
  }
}
