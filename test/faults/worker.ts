import { Injector, type Kind } from './injection.js';
import { SCENARIOS } from './scenarios.js';

/** All injections of one kind into one scenario. */
export interface Task {
  scenario: string;
  kind: Kind;
  /** Tries every n-th statement or commit only. */
  every: number;
  /** If set, tries only this statement or commit. */
  n?: number;
}

/** The result of a task. */
export interface TaskReport extends Task {
  /** The number of injections that were tried. */
  tried: number;
  durationMs: number;
  /** What went wrong, by the n of the injection. */
  findings: { n: number; mistakes: string[] }[];
}

/** A task stops after this many findings: they most likely have the same cause. */
const MOST_FINDINGS = 5;

const injectors = new Map<boolean, Injector>();

async function perform(task: Task): Promise<TaskReport> {
  const scenario = SCENARIOS.find(({ name }) => name === task.scenario);
  if (!scenario) throw new Error(`There is no scenario "${task.scenario}".`);
  const isCrash = task.kind === 'crash';
  const injector = injectors.get(isCrash) ?? Injector.for(task.kind, SCENARIOS);
  injectors.set(isCrash, injector);
  const startedAt = Date.now();
  const findings: TaskReport['findings'] = [];
  let tried = 0;
  for (let n = task.n ?? 1; findings.length < MOST_FINDINGS; n += task.every) {
    const { isReached, mistakes } = await injector.inject({ scenario, kind: task.kind, n });
    if (mistakes.length > 0) findings.push({ n, mistakes });
    if (!isReached) break;
    tried++;
    if (task.n !== undefined) break;
  }
  return { ...task, tried, durationMs: Date.now() - startedAt, findings };
}

process.on('message', (task: Task) => {
  perform(task).then(
    (report) => process.send?.(report),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.once('disconnect', () => process.exit());
// Sent after the listener is set: an earlier task would be lost.
process.send?.('ready');
