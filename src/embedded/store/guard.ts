import type { StoreUnavailableError } from './store-unavailable.error.js';

/** Decides whether the file may be changed. */
export interface Guard {
  /** Why it may not, as far as was found out; undefined if it may. */
  readonly problem: StoreUnavailableError | undefined;
  /**
   * Called in every outermost transaction right after it began.
   *
   * @throws StoreUnavailableError if the file may not be changed
   */
  assertMine(): void;
  /** Looks now, outside a transaction too. Returns the problem, if there is one. */
  look(): StoreUnavailableError | undefined;
}
