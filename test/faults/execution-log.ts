/** The steps of a server's data file that are completed. */
export interface CompletedSteps {
  has(runId: string, step: string): boolean;
}

/** Notes each execution of a step, and whether it should not have happened. */
export class ExecutionLog {
  /** How often each step began, by name, over all runs of this repetition. */
  readonly executions = new Map<string, number>();
  readonly mistakes: string[] = [];
  private completed: CompletedSteps | undefined;
  private inside = new Map<string, number>();

  /** Begins a repetition. */
  reset(completed: CompletedSteps): void {
    this.completed = completed;
    this.executions.clear();
    this.mistakes.length = 0;
    this.serverDied();
  }

  /**
   * The server is another one from now on. It cannot know of calls that the app still carries out for the dead one, and
   * makes them again: these two may be under way at a time.
   */
  serverDied(): void {
    this.inside = new Map();
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
    const { inside } = this;
    const count = (inside.get(key) ?? 0) + 1;
    inside.set(key, count);
    if (count > 1) this.mistakes.push(`Two runs of "${key}" were under way at a time.`);
    try {
      return await work();
    } finally {
      inside.set(key, (inside.get(key) ?? 1) - 1);
    }
  }
}
