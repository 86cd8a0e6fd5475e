import { VirtualClock } from '../../src/clock/index.js';
import type { closeAfterEach } from './close-after-each.js';
import { FakeInngest } from './fake-inngest.js';
import type { Progress } from './graphql.js';
import { startWorker } from './start-worker.js';

export interface FollowedTask {
  /** The URL of the worker. */
  url: string;
  clock: VirtualClock;
  /** The id of the event of a demo task whose run does not end. */
  eventId: string;
}

/** Starts a worker with GraphQL, and a fake Inngest with a run that does not end. `environment` is added to the worker's. */
export async function startFollowedTask(
  closing: ReturnType<typeof closeAfterEach>,
  environment: Record<string, string> = {},
): Promise<FollowedTask> {
  const inngest = closing(await FakeInngest.start());
  const clock = new VirtualClock();
  const variables = { INNGEST_URL: inngest.url, GRAPHQL: 'true', ...environment };
  const { url } = closing(await startWorker(variables, { clock }));
  const eventId = inngest.addEvent('demo/task.requested', {}, Date.now() - 60_000, [
    { id: '01M84ANNWVWBP7SPVG9HWX15JS', status: 'RUNNING', queuedAt: '2026-11-23T13:49:03.905Z' },
  ]);
  return { url, clock, eventId };
}

/** Resolves when each subscription has received a message. Fails if a subscription reported an error. */
export async function begun(...progress: Progress[]): Promise<void> {
  while (progress.some(({ received, isOver }) => received.length === 0 && !isOver)) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(progress.flatMap(({ errors }) => errors)).toEqual([]);
}
