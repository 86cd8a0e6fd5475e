import { Injector, type Kind } from './injection.js';
import { SCENARIOS } from './scenarios.js';

/** Every n of one scenario with one kind of injection. */
export interface Task {
  scenario: string;
  kind: Kind;
  /** Only every n-th of them. */
  every: number;
  /** Only this n, if given. */
  n?: number;
}

/** What came of a task. */
export interface TaskReport extends Task {
  /** How many injections were tried. */
  tried: number;
  durationMs: number;
  /** What went wrong, by the n at which it was injected. */
  findings: { n: number; mistakes: string[] }[];
}

/** A task with so many findings is given up: they are most likely one mistake. */
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
// A task that comes before the listener would be lost.
process.send?.('ready');
