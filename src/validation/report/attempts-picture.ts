import { DEMO_TASK_STEPS } from '../../demo-task/index.js';
import type { RunEvidence } from '../probe/run-evidence.js';
import type { AttemptsPicture } from '../checking/picture.js';

/** The chart of the attempts of a run's steps, from the target's trace. */
export function attemptsPicture(run: RunEvidence): AttemptsPicture {
  const begin = run.startedAt ?? run.queuedAt;
  return {
    kind: 'attempts',
    rows: DEMO_TASK_STEPS.flatMap((id) => run.steps.find((step) => step.id === id) ?? []).map((step) => ({
      step: step.id,
      attempts: step.attempts.flatMap(({ startedAt, endedAt, status }) =>
        startedAt === undefined || endedAt === undefined
          ? []
          : [
              {
                from: Date.parse(startedAt) - begin,
                to: Date.parse(endedAt) - begin,
                failed: status === 'FAILED',
              },
            ],
      ),
    })),
  };
}
