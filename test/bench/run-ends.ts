/** A run that has not ended after this time counts as lost, in milliseconds. */
const RUN_TIMEOUT_MS = 120_000;

/** Knows which runs have ended. The app reports them. */
export class RunEnds {
  private next = 1;
  private readonly ended = new Map<number, number>();
  private readonly listeners = new Map<number, () => void>();

  /** Reserves numbers for `count` runs. Returns the first. */
  reserve(count: number): number {
    this.next += count;
    return this.next - count;
  }

  note(run: number): void {
    this.ended.set(run, performance.now());
    this.listeners.get(run)?.();
  }

  /** Resolves with the time at which the run ended (`performance.now()`). */
  async of(run: number): Promise<number> {
    if (!this.ended.has(run)) await this.wait(run);
    const at = this.ended.get(run) as number;
    this.ended.delete(run);
    return at;
  }

  /** Resolves with the time at which the last of the runs ended (`performance.now()`). */
  async ofAll(first: number, count: number): Promise<number> {
    let last = 0;
    for (let run = first; run < first + count; run++) last = Math.max(last, await this.of(run));
    return last;
  }

  private wait(run: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`Run ${run} has not ended.`)), RUN_TIMEOUT_MS);
      this.listeners.set(run, () => {
        clearTimeout(timer);
        this.listeners.delete(run);
        resolve();
      });
    });
  }
}
