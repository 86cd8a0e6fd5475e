import type { Recording, RecordedStep, StepError } from './fixture.js';
import type { AskedStep, CallAnswer, RecordedFunction } from './recorded-function.js';
import { ReplayError, type ReplayStep } from './replay.error.js';

/** The result of a recorded run with the current code. */
export interface ReplayResult {
  /** WAITING: the code reached a step without code, such as a sleep, that has no output in the recording. */
  status: 'COMPLETED' | 'FAILED' | 'WAITING';
  /** The function's result; undefined unless it completed. */
  output: unknown;
  /** The function's error, if it failed. */
  error?: StepError;
  /** The names of the executed steps, for which the recording has no output. */
  executed: string[];
  /** The names of the steps that the run waits for. */
  waitingFor: string[];
}

/**
 * Runs a function against a recording. It passes the recorded outputs one after another, as the function requests them.
 */
export class Replay {
  private readonly steps: Map<string, RecordedStep>;
  /** The steps whose outputs the function does not have yet, in the order of the recording. */
  private readonly left: RecordedStep[];
  private readonly asked = new Set<string>();
  private readonly executed: string[] = [];
  /**
   * The first step that the code did not request in its recorded position, until we know whether the code requests it
   * later.
   */
  private overdue: { step: RecordedStep; found: ReplayStep } | undefined;

  constructor(
    private readonly fn: RecordedFunction,
    recording: Recording,
  ) {
    this.steps = new Map(recording.steps.map((step) => [step.id, step]));
    this.left = recording.steps.filter(({ memo }) => memo !== undefined);
  }

  /** @throws ReplayError naming the first step that does not match */
  async run(): Promise<ReplayResult> {
    for (;;) {
      const answer = await this.fn.find();
      if (answer.kind !== 'steps') return this.end(answer);
      const { steps } = answer;
      this.assertKnown(steps);
      if (!this.giveNext(steps) && !(await this.executeOne(steps))) return this.waitFor(steps);
    }
  }

  private assertKnown(steps: readonly AskedStep[]): void {
    const unknown = steps.find(({ id }) => !this.steps.has(id));
    if (unknown && this.overdue) throw ReplayError.missing(this.overdue.step);
    const expected = this.left.find(({ id }) => !steps.some((step) => step.id === id));
    if (unknown) throw ReplayError.new(unknown, expected);
    for (const { id } of steps) this.asked.add(id);
  }

  /** Passes the function the next output. @returns false if it requests none of the remaining ones */
  private giveNext(steps: readonly AskedStep[]): boolean {
    const isAsked = ({ id }: ReplayStep): boolean => steps.some((step) => step.id === id);
    if (this.overdue && isAsked(this.overdue.step)) {
      throw ReplayError.order(this.overdue.step, this.overdue.found);
    }
    const [expected] = this.left;
    const next = this.left.find(isAsked);
    if (expected && next !== expected) {
      this.overdue ??= { step: expected, found: next ?? (steps[0] as AskedStep) };
    }
    if (!next) return false;
    this.left.splice(this.left.indexOf(next), 1);
    this.fn.memoize(next.id, next.memo);
    return true;
  }

  /** Executes a step for which the recording has no output. @returns false if there is none to execute */
  private async executeOne(steps: readonly AskedStep[]): Promise<boolean> {
    this.assertNotOverdue();
    const step = steps.find(({ op }) => op === 'StepPlanned');
    if (!step) return false;
    this.executed.push(step.name);
    this.fn.memoize(step.id, await this.fn.execute(step.id));
    return true;
  }

  private end(answer: Exclude<CallAnswer, { kind: 'steps' }>): ReplayResult {
    this.assertNotOverdue();
    const missing = [...this.steps.values()].find(({ id }) => !this.asked.has(id));
    if (missing) throw ReplayError.missing(missing);
    const { executed } = this;
    return answer.kind === 'completed'
      ? { status: 'COMPLETED', output: answer.output, executed, waitingFor: [] }
      : { status: 'FAILED', output: undefined, error: answer.error, executed, waitingFor: [] };
  }

  private waitFor(steps: readonly AskedStep[]): ReplayResult {
    const waitingFor = steps.map(({ name }) => name);
    return { status: 'WAITING', output: undefined, executed: this.executed, waitingFor };
  }

  private assertNotOverdue(): void {
    if (this.overdue) throw ReplayError.missing(this.overdue.step);
  }
}
