import type { StoreUnavailableError } from './store-unavailable.error.js';

/** Decides whether the file may be changed. */
export interface Guard {
  /** The problem that the guard found last; undefined if the file may be changed. */
  readonly problem: StoreUnavailableError | undefined;
  /**
   * Called at the beginning of every outermost transaction.
   *
   * @throws StoreUnavailableError if the file may not be changed
   */
  assertMine(): void;
  /** Checks the file now, with or without a transaction. Returns the problem, if there is one. */
  look(): StoreUnavailableError | undefined;
}
