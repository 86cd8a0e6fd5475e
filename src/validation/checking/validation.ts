import type { Clock } from '../../clock/index.js';
import { Evidence } from './evidence.js';
import { Probe, NotInTimeError } from '../probe/probe.js';
import type { Outcome, Report } from './outcome.js';
import { NotTestedError, type InngestPromise } from './promise.js';
import { TargetError } from '../environment/target-http.js';
import type { KillableEnvironment, Environment, Environments } from '../environment/environment.js';

/** Receives the progress of a validation. */
export interface Progress {
  begin(promise: InngestPromise, left: readonly InngestPromise[]): void;
  /** Reports the current state during a long trial. */
  say(text: string): void;
  end(outcome: Outcome): void;
}

export interface ValidationOptions {
  readonly promises: readonly InngestPromise[];
  readonly environments: Environments;
  readonly seed: number;
  /** The number of tasks of the flood, which tests throttle, concurrency and priority. */
  readonly floodSize: number;
  /** Ends the validation early. The report then contains the results so far. */
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** The wall clock. */
  readonly clock: Clock;
}

const INTERRUPTED = 'Interrupted.';

/** The reason why no worker may be killed. */
const NOT_OURS = 'The worker was not started by this command, so it is not killed.';

/**
 * Tests the promises one after the other, on an Inngest and a worker that exist during the whole validation. If the
 * validation ends early, it cancels the runs that it has started.
 *
 * @throws EnvironmentError or TargetError, within seconds, if there is no Inngest or no worker
 */
export async function validate(options: ValidationOptions): Promise<Report> {
  const { environments, signal, seed, clock } = options;
  const began = clock.now();
  let environment: Environment;
  try {
    environment = await environments.open(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    return withoutEnvironment(options, began);
  }
  const { title, target, workerUrl, appId, timing, journal } = environment;
  let tried: Tried;
  try {
    tried = await tryAll(environment, options);
  } catch (error) {
    await environment.close();
    throw error;
  }
  const remarks = await environment.close();
  return {
    stage: title,
    target: target.url,
    worker: workerUrl,
    appId,
    isLasting: timing.isReal,
    journal: journal !== undefined,
    seed,
    startedAt: new Date(began).toISOString(),
    tookMs: clock.now() - began,
    remarks,
    ...tried,
  };
}

/** The report of a validation that was interrupted before the first trial. */
function withoutEnvironment({ promises, seed, clock }: ValidationOptions, began: number): Report {
  return {
    stage: 'nothing was started yet',
    target: 'none',
    worker: 'none',
    appId: 'none',
    isLasting: false,
    journal: true,
    seed,
    startedAt: new Date(began).toISOString(),
    tookMs: clock.now() - began,
    endedEarly: INTERRUPTED,
    remarks: [],
    outcomes: promises.map((promise) => untried(promise, INTERRUPTED)),
  };
}

type Tried = Pick<Report, 'outcomes' | 'endedEarly'>;

async function tryAll(
  environment: Environment,
  { promises, environments, seed, floodSize, signal, progress }: ValidationOptions,
): Promise<Tried> {
  const outcomes: Outcome[] = [];
  let endedEarly: string | undefined;
  const openKillable = environments.openKillable?.bind(environments);
  const killable = openKillable ? (): Promise<KillableEnvironment> => openKillable(signal) : NOT_OURS;
  const probe = new Probe(environment, {
    seed,
    floodSize,
    signal,
    killable,
    say: (text) => progress.say(text),
  });
  await probe.noticeEarlierStarts();
  for (const [i, promise] of promises.entries()) {
    if (endedEarly !== undefined) {
      outcomes.push(untried(promise, endedEarly));
      continue;
    }
    progress.begin(promise, promises.slice(i + 1));
    const tried = await tryOne(promise, probe);
    outcomes.push(tried.outcome);
    progress.end(tried.outcome);
    ({ endedEarly } = tried);
  }
  if (endedEarly === undefined) return { outcomes };
  const { count, left } = await probe.cancelAll();
  const cancelled = `${endedEarly} ${count} run(s) were cancelled.`;
  const goOn = `These may go on, cancel them in the dashboard (an event's id stands for its runs): ${left.join(', ')}.`;
  return { outcomes, endedEarly: left.length === 0 ? cancelled : `${cancelled} ${goOn}` };
}

async function tryOne(
  promise: InngestPromise,
  probe: Probe,
): Promise<{ outcome: Outcome; endedEarly?: string }> {
  const began = probe.timing.now();
  const evidence = new Evidence();
  const outcome = (verdict: Outcome['verdict'], why?: string): Outcome => ({
    ...described(promise),
    verdict,
    ...(why !== undefined && { why }),
    ...(evidence.measured !== undefined && { measured: evidence.measured }),
    checks: evidence.checks,
    notes: evidence.notes,
    pictures: evidence.pictures,
    runs: evidence.runs,
    tookMs: probe.timing.now() - began,
  });
  let untested: string | undefined;
  try {
    await promise.run(probe, evidence);
  } catch (error) {
    if (probe.signal.aborted) {
      return { outcome: outcome('not tested', INTERRUPTED), endedEarly: INTERRUPTED };
    }
    if (error instanceof TargetError) {
      return { outcome: outcome('not tested', error.message), endedEarly: error.message };
    }
    if (error instanceof NotTestedError) untested = error.message;
    else if (!(error instanceof NotInTimeError)) throw error;
    else {
      const { what, withinMs } = error;
      evidence.check({
        what,
        expected: `within ${withinMs / 1_000} s`,
        api: 'not by then',
        holds: () => false,
      });
    }
  }
  const broken = evidence.checks.find(({ result }) => result === 'broken');
  if (broken) {
    const { what, expected, measured } = broken;
    return { outcome: outcome('broken', `${what}: expected ${expected}, measured ${measured}`) };
  }
  if (untested !== undefined) return { outcome: outcome('not tested', untested) };
  const unshown = evidence.checks.find(({ result }) => result === 'unshown');
  if (unshown) return { outcome: outcome('not tested', `${unshown.what}: ${unshown.measured}.`) };
  return { outcome: outcome('held') };
}

function untried(promise: InngestPromise, why: string): Outcome {
  const nothing = { checks: [], notes: [], pictures: [], runs: [], tookMs: 0 };
  return { ...described(promise), verdict: 'not tested', why, ...nothing };
}

function described({
  id,
  title,
  promised,
  know,
  expected,
}: InngestPromise): Pick<Outcome, 'id' | 'title' | 'promised' | 'know' | 'expected'> {
  return { id, title, promised, ...(know !== undefined && { know }), expected };
}
