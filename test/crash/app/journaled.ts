import { setTimeout as sleep } from 'node:timers/promises';
import type { Context, Inngest } from 'inngest';
import type { Journal } from '../journal.js';
import { EVENTS, SEQUENCES } from './names.js';

/** The duration of a step, in milliseconds. */
const STEP_MS = 15;

/** The return value of every function: the keys of the events that its run handled. */
export interface About {
  keys: string[];
}

export const about = (...keys: string[]): About => ({ keys });

export const keyOf = ({ event }: Context.Any): string => (event.data as { key: string }).key;

/** The id and the trigger of a function. */
export const on = (fn: keyof typeof EVENTS): { id: string; triggers: { event: string } } => ({
  id: fn,
  triggers: { event: EVENTS[fn] },
});

/** What the functions are created with. */
export interface Kit {
  client: Inngest;
  steps: JournaledSteps;
}

/** Steps that work for {@link STEP_MS} and write a journal line before and after. */
export class JournaledSteps {
  constructor(private readonly journal: Journal) {}

  async run(context: Context.Any, id: string, key = keyOf(context)): Promise<void> {
    const { step, runId, attempt } = context;
    const entry = { runId, stepId: id, taskId: key, attempt };
    await step.run(id, () => this.journal.around(entry, () => sleep(STEP_MS)));
  }

  async runAll(context: Context.Any, ids: readonly string[]): Promise<void> {
    for (const id of ids) await this.run(context, id);
  }

  /** A function with two steps and `middle` between them. It returns the result of `middle`. */
  around(fn: string, middle: (context: Context.Any) => Promise<About>) {
    return async (context: Context.Any): Promise<About> => {
      const [before, after] = SEQUENCES[fn] as [string, string];
      await this.run(context, before);
      const result = await middle(context);
      await this.run(context, after);
      return result;
    };
  }
}
