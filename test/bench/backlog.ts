import { VirtualClock } from '../../src/clock/index.js';
import { Registration } from '../../src/embedded/apps/registration.js';
import { EmbeddedInngest } from '../../src/embedded/index.js';
import { EventIntake } from '../../src/embedded/events/event-intake.js';
import { CallQueue } from '../../src/embedded/execution/call-queue.js';
import { Dispatcher } from '../../src/embedded/execution/dispatcher.js';
import { median } from './statistics.js';

/** Functions whose backlogs are measured: each asks the choice of the next run another question. */
const SHAPES = {
  'no limits': {},
  priorities: { priority: { run: 'int(event.data.priority)' } },
  'one concurrency key a user': { concurrency: [{ limit: 1, key: 'event.data.user', scope: 'fn' }] },
  'one throttle a user': { throttle: { limit: 1, period: '60s', key: 'event.data.user' } },
} as const;

/** How many starts are timed in each backlog. */
const SAMPLES = 300;
const EVENTS_AT_ONCE = 1_000;

export type Shape = keyof typeof SHAPES;
export const shapes = Object.keys(SHAPES) as Shape[];

/** The median time to choose and take the next run, in microseconds, with `waiting` runs in the backlog. */
export async function timeToStart(shape: Shape, waiting: number): Promise<number> {
  const server = await EmbeddedInngest.start({ port: 0, clock: new VirtualClock(), logger: false });
  // Nothing may be called: only the choice is measured.
  await server.app.get(Dispatcher).drain(0);
  server.app.get(Registration).register({
    appName: 'bench',
    url: 'http://localhost:1/api/inngest',
    functions: [
      {
        id: 'bench-work',
        name: 'work',
        triggers: [{ event: 'bench/work' }],
        steps: {
          step: {
            id: 'step',
            name: 'step',
            runtime: { type: 'http', url: 'http://localhost:1/api/inngest' },
          },
        },
        ...SHAPES[shape],
      },
    ],
  });
  const intake = server.app.get(EventIntake);
  for (let sent = 0; sent < waiting; sent += EVENTS_AT_ONCE) {
    const count = Math.min(EVENTS_AT_ONCE, waiting - sent);
    intake.accept(
      Array.from({ length: count }, (_, index) => ({
        name: 'bench/work',
        data: { user: `user-${sent + index}`, priority: (sent + index) % 600 },
      })),
    );
  }
  const queue = server.app.get(CallQueue);
  const times: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample++) {
    const begun = performance.now();
    const item = queue.take(`request-${sample}`);
    times.push((performance.now() - begun) * 1_000);
    if (!item) throw new Error(`Nothing to start after ${sample} of ${waiting}.`);
  }
  await server.close();
  return median(times);
}
