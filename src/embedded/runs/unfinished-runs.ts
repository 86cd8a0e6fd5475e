import type { Piece } from '../jobs/job-runner.js';
import type { Run, RunStore } from '../store/run.store.js';

/** The highest number of runs that a request handles itself. For more runs it adds a job. */
export const FEW_RUNS = 100;

/** How many runs one piece of a job handles. It takes a few milliseconds. */
const RUNS_PER_PIECE = 5;

/**
 * Handles the next few unfinished runs of a function, as one piece of a job.
 *
 * @param after the id of the last run of the previous piece; empty for the first
 * @param last the id of the last run to handle; later runs are ignored
 * @param work what to do with a run
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
