import { SEQUENCES } from '../app/names.js';
import type { Evidence } from './evidence.js';

/** The worker's demo task also executes its steps in sequence. */
const DEMO_STEPS = [
  'step-1-initialize',
  'step-2-process',
  'step-3-simulate-delay',
  'step-4-simulate-api-call',
  'step-5-finalize',
];

/** A step whose result was on the disk when a server was killed must not begin again. */
export function repeatedByData({ journal, lives }: Evidence): string[] {
  return journal.flatMap(({ phase, runId, stepId, at }, line) => {
    if (phase !== 'start') return [];
    const life = lives.findIndex(
      ({ journalLength, completed }) => line >= journalLength && completed.has(`${runId} ${stepId}`),
    );
    return life < 0
      ? []
      : [`${stepId} of run ${runId} began at ${at}, though it was stored before kill ${life + 1}`];
  });
}

/** In a sequence, the start of one step shows that the server had stored the steps before it, so these must not begin again. */
export function repeatedByOrder({ journal }: Evidence): string[] {
  const position = new Map(
    [...Object.values(SEQUENCES), DEMO_STEPS].flatMap((steps) =>
      steps.map((step, index) => [step, index] as const),
    ),
  );
  const furthest = new Map<string, number>();
  return journal.flatMap(({ phase, runId, stepId, at }) => {
    const index = position.get(stepId);
    if (phase !== 'start' || index === undefined) return [];
    const before = furthest.get(runId) ?? -1;
    furthest.set(runId, Math.max(before, index));
    return index < before
      ? [`${stepId} of run ${runId} began at ${at}, though the step after it had begun`]
      : [];
  });
}
