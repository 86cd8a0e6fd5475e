/** What a section of the bench may know. */
export interface BenchContext {
  /** Tells the person who waits what is being measured. */
  readonly say: (text: string) => void;
  /** Whether smaller sizes will do. */
  readonly isQuick: boolean;
}
