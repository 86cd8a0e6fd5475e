/** The steps of a server's data file that are completed. */
export interface CompletedSteps {
  has(runId: string, step: string): boolean;
}

/** Notes each execution of a step, and whether it should not have happened. */
export class Witness {
  /** How often each step began, by name, over all runs of this repetition. */
  readonly executions = new Map<string, number>();
  readonly mistakes: string[] = [];
  private completed: CompletedSteps | undefined;
  private readonly inside = new Map<string, number>();

  /** Begins a repetition. */
  reset(completed: CompletedSteps): void {
    this.completed = completed;
    this.executions.clear();
    this.mistakes.length = 0;
    this.inside.clear();
  }

  /** A step body that is noted, and then does `work`. */
  step<T>(runId: string, name: string, work: () => T): () => T {
    return () => {
      this.executions.set(name, (this.executions.get(name) ?? 0) + 1);
      if (this.completed?.has(runId, name)) {
        this.mistakes.push(`The completed step "${name}" was executed again.`);
      }
      return work();
    };
  }

  /** Does work that must never be under way more than once at a time for the same `key`. */
  async alone<T>(key: string, work: () => Promise<T>): Promise<T> {
    const count = (this.inside.get(key) ?? 0) + 1;
    this.inside.set(key, count);
    if (count > 1) this.mistakes.push(`Two runs of "${key}" were under way at a time.`);
    try {
      return await work();
    } finally {
      this.inside.set(key, (this.inside.get(key) ?? 1) - 1);
    }
  }
}
