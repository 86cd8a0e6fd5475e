/** The completed steps in a server's data file. */
export interface CompletedSteps {
  has(runId: string, step: string): boolean;
}

/** Records the executions of steps, and reports those that must not happen. */
export class ExecutionLog {
  /** How often each step began in this repetition, by name, over all runs. */
  readonly executions = new Map<string, number>();
  readonly mistakes: string[] = [];
  private completed: CompletedSteps | undefined;
  private inside = new Map<string, number>();

  /** Starts a repetition. */
  reset(completed: CompletedSteps): void {
    this.completed = completed;
    this.executions.clear();
    this.mistakes.length = 0;
    this.serverDied();
  }

  /**
   * Call this when another server replaces the killed one. The app may still execute a call of the killed server while the new
   * server makes the call again, so both may execute at the same time.
   */
  serverDied(): void {
    this.inside = new Map();
  }

  /** A step body that records its execution and then calls `work`. */
  step<T>(runId: string, name: string, work: () => T): () => T {
    return () => {
      this.executions.set(name, (this.executions.get(name) ?? 0) + 1);
      if (this.completed?.has(runId, name)) {
        this.mistakes.push(`The completed step "${name}" was executed again.`);
      }
      return work();
    };
  }

  /** Does work that must never execute twice at the same time for the same `key`. */
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
