/** What every section of the bench gets. */
export interface BenchContext {
  /** Prints what is being measured. */
  readonly say: (text: string) => void;
  /** Whether to use smaller sizes. */
  readonly isQuick: boolean;
}
