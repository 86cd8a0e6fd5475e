import { VirtualClock } from '../../src/clock/index.js';
import type { closeAfterEach } from './close-after-each.js';
import { FakeInngest } from './fake-inngest.js';
import type { Progress } from './graphql.js';
import { startWorker } from './start-worker.js';

export interface FollowedTask {
  /** Of the worker. */
  url: string;
  clock: VirtualClock;
  /** The event of a demo task whose run does not end. */
  eventId: string;
}

/** Starts a worker with GraphQL, and an Inngest with a run that does not end. `environment` is that of the worker. */
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

/** Resolves when each of the subscriptions has told something. Fails when one ends without. */
export async function begun(...progress: Progress[]): Promise<void> {
  while (progress.some(({ received, isOver }) => received.length === 0 && !isOver)) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(progress.flatMap(({ errors }) => errors)).toEqual([]);
}
