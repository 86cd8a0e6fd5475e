import type { Fault } from '../../src/embedded/store/driver/testing/faulty-driver.js';
import type { Scenario } from './scenario.js';
import { Setup, type Repetition } from './setup.js';

/** The number of statements in a row that `busy-stretch` fails. */
const STRETCH = 6;

/** What is injected: an error in one statement or in several in a row, or a kill of the server after a commit. */
export const KINDS = ['busy', 'full', 'io', 'busy-stretch', 'bug', 'crash'] as const;
export type Kind = (typeof KINDS)[number];

/** Where a fault is injected: at the n-th statement of a scenario, or after its n-th commit. */
export interface Injection {
  scenario: Scenario;
  kind: Kind;
  /** Counted from 1. */
  n: number;
}

export interface Outcome {
  /** Whether the scenario has an n-th statement or commit. */
  isReached: boolean;
  /** What went wrong, one sentence each. */
  mistakes: string[];
}

/** Repeats scenarios with one injection per repetition. All repetitions share a server and an app. */
export class Injector {
  private setup: Setup | undefined;
  private readonly baselines = new Map<string, Repetition & { statements: number; commits: number }>();

  private constructor(
    private readonly scenarios: readonly Scenario[],
    private readonly inFile: boolean,
  ) {}

  /** Creates the injector for a kind. Crashes need a data file; the other kinds are faster in memory. */
  static for(kind: Kind, scenarios: readonly Scenario[]): Injector {
    return new Injector(scenarios, kind === 'crash');
  }

  /** The number of statements (or commits, for crashes) in a scenario without an injection. */
  async size(scenario: Scenario): Promise<number> {
    const { statements, commits } = await this.baseline(scenario);
    return this.inFile ? commits : statements;
  }

  async inject({ scenario, kind, n }: Injection): Promise<Outcome> {
    const baseline = await this.baseline(scenario);
    const setup = await this.staged();
    let isReached = false;
    if (kind === 'crash') {
      setup.crashAfter(n, () => (isReached = true));
    } else {
      const fault = kind === 'busy-stretch' ? 'busy' : kind;
      setup.driver.arm(n, fault satisfies Fault, kind === 'busy-stretch' ? STRETCH : 1);
      setup.driver.reset();
    }
    const { mistakes, executions } = await setup.repeat(scenario);
    if (kind !== 'crash') isReached = setup.driver.count >= n;
    const where = kind === 'crash' ? [] : [`The statement was ${setup.driver.failed}.`];
    // After a crash or a bug, a step that was executing is executed again. Only completed steps must not be.
    const mayRepeat = kind === 'crash' || kind === 'bug';
    const all = [...mistakes, ...(mayRepeat ? [] : differences(baseline.executions, executions))];
    if (all.length === 0) return { isReached, mistakes: [] };
    // What this repetition left behind must not count as a mistake of the next one.
    await this.close();
    return { isReached, mistakes: [...all, ...where] };
  }

  async close(): Promise<void> {
    const setup = this.setup;
    this.setup = undefined;
    await setup?.close();
  }

  private async staged(): Promise<Setup> {
    this.setup ??= await Setup.start(this.scenarios, { inFile: this.inFile });
    return this.setup;
  }

  private async baseline(scenario: Scenario): Promise<Repetition & { statements: number; commits: number }> {
    const known = this.baselines.get(scenario.name);
    if (known) return known;
    const setup = await this.staged();
    let commits = 0;
    setup.driver.reset();
    setup.driver.onCommit = () => commits++;
    const repetition = await setup.repeat(scenario);
    if (repetition.mistakes.length > 0) {
      throw new Error(`"${scenario.name}" goes wrong by itself: ${repetition.mistakes.join(' ')}`);
    }
    const baseline = { ...repetition, statements: setup.driver.count, commits };
    this.baselines.set(scenario.name, baseline);
    return baseline;
  }
}

function differences(expected: ReadonlyMap<string, number>, found: ReadonlyMap<string, number>): string[] {
  return [...new Set([...expected.keys(), ...found.keys()])]
    .filter((step) => expected.get(step) !== found.get(step))
    .map(
      (step) =>
        `The step "${step}" was executed ${found.get(step) ?? 0} times instead of ${expected.get(step) ?? 0}.`,
    );
}
