import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Run } from '../inngest-api.js';
import { Journal, type JournalEntry } from '../journal.js';
import { freePort } from '../server-process.js';
import { WatchedProject } from './watched-project.js';

/**
 * The delays of the tasks in progress at the recompile, in milliseconds. The stop waits for the short one. The long one takes
 * longer than the 8 s that a stop waits.
 */
const DELAYS_MS = { short: 3_000, long: 12_000 };
const WAITING = 'step-3-simulate-delay';
const BEFORE = ['step-1-initialize', 'step-2-process'];
const EDITED = 'This is the edited program.';

/**
 * Edits a source file under `npm run dev` while tasks run.
 *
 * @returns everything that went wrong, one sentence each
 */
export async function recompile(say: (line: string) => void): Promise<string[]> {
  const startedAt = Date.now();
  const [port, inngestPort] = [await freePort(), await freePort()];
  const project = WatchedProject.start({
    PORT: String(port),
    INNGEST_EMBEDDED_PORT: String(inngestPort),
    DEMO_TASK_JOURNAL: 'steps.jsonl',
  });
  try {
    const journal = new Journal(join(project.folder, 'steps.jsonl'));
    const registered = (times: number) => (): true | undefined =>
      project.output.split('Registered functions').length > times || undefined;
    await project.until('it is compiled and started', registered(1));
    const events: Record<string, string> = {};
    for (const [taskId, delayMs] of Object.entries(DELAYS_MS))
      events[taskId] = await request(port, { taskId, delayMs });
    await project.until('both tasks wait', () => starts(journal, WAITING).length === 2 || undefined);

    appendFileSync(join(project.folder, 'src/main.ts'), `\nprocess.stdout.write('${EDITED}\\n');\n`);
    await project.until('it is compiled again', () => project.output.includes(EDITED) || undefined);
    await project.until('it is started again', registered(2));
    const programs = await project.programs();
    const statuses: [string, string][] = [];
    for (const [taskId, id] of Object.entries(events)) {
      const status = await project.until(`the task "${taskId}" ends`, () => endOf(inngestPort, id));
      statuses.push([taskId, status]);
    }
    await project.interrupt();
    say(`Recompiled under npm run dev with two tasks under way, in ${Date.now() - startedAt} ms`);
    return [
      ...statuses.flatMap(([taskId, status]) =>
        status === 'COMPLETED' ? [] : [`the task "${taskId}" is ${status}`],
      ),
      ...BEFORE.filter((step) => starts(journal, step).length !== 2).map(
        (step) => `${step} began ${starts(journal, step).length} times for two tasks`,
      ),
      ...(programs === 1 ? [] : [`${programs} programs ran after the recompile`]),
      ...((await project.programs()) === 0 ? [] : ['a program was left over after Ctrl-C']),
      ...(project.output.includes('already in use') ? ['a port was still in use at the restart'] : []),
    ];
  } finally {
    await project.remove();
  }
}

function starts(journal: Journal, step: string): JournalEntry[] {
  return journal.entries().filter(({ phase, stepId }) => phase === 'start' && stepId === step);
}

/** Requests a demo task. @returns the id of its event */
async function request(port: number, task: { taskId: string; delayMs: number }): Promise<string> {
  const answer = await fetch(`http://localhost:${port}/demo-tasks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(task),
  });
  if (answer.status !== 202) throw new Error(`The task was answered ${answer.status}.`);
  return ((await answer.json()) as { eventId: string }).eventId;
}

/** The status with which the run of an event ended; undefined if it has not ended. */
async function endOf(inngestPort: number, eventId: string): Promise<Run['status'] | undefined> {
  const answer = await fetch(`http://localhost:${inngestPort}/api/v2/events/${eventId}/runs`);
  const [run] = ((await answer.json()) as { data: Run[] }).data;
  return run?.endedAt === undefined ? undefined : run.status;
}
