import type { Piece } from '../jobs/job-runner.js';
import type { Run, RunStore } from '../store/run.store.js';

/** So many runs are dealt with at once; more are a job. */
export const FEW_RUNS = 100;

/** How many runs one piece of a job deals with: it takes a few milliseconds. */
const RUNS_PER_PIECE = 5;

/**
 * Does something with the unfinished runs of a function, piece by piece.
 *
 * @param after the id of the last run of the piece before
 * @param last later runs are left alone
 */
export function nextUnfinished(
  runs: RunStore,
  functionId: string,
  { after, last }: { after: string; last: string },
  work: (run: Run) => void,
): Piece {
  const piece = runs.unfinishedPage(functionId, { after, last }, RUNS_PER_PIECE);
  for (const run of piece) work(run);
  return { cursor: piece.length < RUNS_PER_PIECE ? undefined : piece.at(-1)?.id, done: piece.length };
}
