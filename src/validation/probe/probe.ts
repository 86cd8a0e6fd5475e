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

/** A condition did not become true in time. The promise that is being tested is broken, or one on which it depends. */
export class NotInTimeError extends Error {
  override readonly name = 'NotInTimeError';

  constructor(
    readonly what: string,
    readonly withinMs: number,
  ) {
    super(`${what}: not within ${withinMs / 1_000} s`);
  }
}

/** The data of a demo task to send. Its `taskId` usually comes from {@link Probe.taskId}. */
export type Task = Partial<Omit<DemoTaskRequest, 'taskId'>> & { readonly taskId?: unknown };

export interface ProbeOptions {
  /** The seed of everything random. */
  readonly seed: number;
  /** The number of tasks of the flood. */
  readonly floodSize: number;
  /** Receives the current state during a long wait. */
  readonly say: (text: string) => void;
  /** Ends every wait. */
  readonly signal: AbortSignal;
  /** Opens an environment with a worker that may be killed, or the reason why there is none. */
  readonly killable: (() => Promise<KillableEnvironment>) | string;
}

/** How much longer than its own waits a run may take, in milliseconds. */
const PATIENCE_MS = 60_000;

/** How long to wait for a run that must not start, in milliseconds. */
const ABSENCE_MS = 3_000;

/** How long after the end of its run a trace may be incomplete, in milliseconds. */
const TRACE_WITHIN_MS = 10_000;

/** Runs experiments: sends tasks to the environment, waits, and collects the evidence of their runs. */
export class Probe implements RunSource {
  readonly api: TargetApi;
  /** The time at which each event was sent, in milliseconds since 1970, by the event's id. */
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

  /** Returns a new task id that contains the name `of`. */
  taskId(of: string): string {
    return `validate-${this.options.seed}-${this.timing.now().toString(36)}-${of}-${this.tasks++}`;
  }

  /** Shuffles a list. The order depends only on the seed. */
  shuffled<T>(list: readonly T[]): T[] {
    const result = [...list];
    let state = this.options.seed >>> 0;
    for (let i = result.length - 1; i > 0; i--) {
      // The random number generator of Numerical Recipes. Any would do that gives the same numbers on every machine.
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      const j = Math.floor((state / 2 ** 32) * (i + 1));
      [result[i], result[j]] = [result[j] as T, result[i] as T];
    }
    return result;
  }

  /** The result of an experiment that several promises share. The experiment runs only once. */
  scenario<T>(experiment: (probe: Probe) => Promise<T>): Promise<T> {
    const known = this.made(experiment);
    if (known) return known;
    const made = experiment(this);
    this.scenarios.set(experiment, made);
    return made;
  }

  /** The result of such an experiment if it has already run. */
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

  /** Waits until the throttle lets `count` runs start immediately. */
  async rest(count: number): Promise<void> {
    const now = this.timing.now();
    const at = this.permits.availableAt(count, now);
    // Adds the slack, because the time at which the target counted a start is not known to the millisecond.
    if (at > now) await this.timing.pass(at - now + this.timing.slackMs, this.signal);
  }

  /** Takes the permits of earlier starts, such as those of an earlier validation. */
  async noticeEarlierStarts(): Promise<void> {
    const now = this.timing.now();
    const runs = await this.api.newestRuns({ functionId: DEMO_TASK, appId: this.environment.appId });
    // Lists do not contain the start of a run, so this uses its end, which is later.
    const latest = runs.map(({ endedAt }) =>
      endedAt === undefined ? now : Math.min(now, Date.parse(endedAt)),
    );
    for (const at of latest.toSorted((a, b) => a - b)) this.permits.take(at);
  }

  /** The demo task's runs that an event started, oldest first. */
  async runsOf(eventId: string): Promise<FunctionRun[]> {
    const runs = await this.api.runsOfEvent(eventId);
    return runs
      .filter(({ appId, functionId }) => appId === this.environment.appId && functionId === DEMO_TASK)
      .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** The demo task's runs of the app that were queued since a time, newest first. */
  async runsSince(from: number): Promise<FunctionRun[]> {
    return this.api.runs({ functionId: DEMO_TASK, appId: this.environment.appId, from });
  }

  /** Waits until the condition is true. @throws NotInTimeError if it is not true within `ms` milliseconds */
  async until(what: string, condition: () => Promise<boolean>, ms = PATIENCE_MS): Promise<void> {
    if (!(await this.timing.until(condition, ms, this.signal))) throw new NotInTimeError(what, ms);
  }

  /** Waits for the end of the first run of an event. @throws NotInTimeError */
  async ended(eventId: string, ms = PATIENCE_MS): Promise<RunEvidence> {
    const [run] = await this.allEnded([eventId], ms);
    return run as RunEvidence;
  }

  /**
   * Waits for the end of the first run of each event. @returns the runs in the order of the events. @throws
   * NotInTimeError
   */
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

  /** Waits for the end of another run of the same event, such as a replay. @throws NotInTimeError */
  async runEnded(eventId: string, runId: string): Promise<RunEvidence> {
    let run: FunctionRun | undefined;
    await this.until('the run ends', async () => {
      run = (await this.runsOf(eventId)).find(({ id }) => id === runId);
      return run?.endedAt !== undefined;
    });
    return this.evidence(eventId, run as FunctionRun);
  }

  /** Waits long enough for runs to start that must not start. */
  async letNothingHappen(): Promise<void> {
    await this.timing.pass(ABSENCE_MS, this.signal);
  }

  /** Cancels every run that this probe has started and that has not ended. */
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
      // Lists report the queue time as the start (measured on Inngest 1.43). The trace reports the real start.
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
