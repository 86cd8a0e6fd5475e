import { VirtualClock } from '../../../src/clock/index.js';
import { Registration } from '../../../src/embedded/registration/registration.js';
import { EmbeddedInngest } from '../../../src/embedded/index.js';
import { EventIntake } from '../../../src/embedded/intake/event-intake.js';
import { CallQueue } from '../../../src/embedded/queue/call-queue.js';
import { Dispatcher } from '../../../src/embedded/calls/dispatcher.js';
import { Database } from '../../../src/embedded/store/database.js';
import type { QueueItem } from '../../../src/embedded/store/queue.store.js';
import { TurnWork } from '../../../src/embedded/timers/turn-work.js';
import { Turn } from '../../../src/common/turn.js';
import { median } from '../statistics.js';

/** What is measured: the limits of the function, and what keeps its calls waiting. */
interface Situation {
  limits: Record<string, unknown>;
  /** All slots are full. The measurement covers the end of a call and all takes from the queue until it returns nothing more. */
  isFull?: boolean;
  /** Whether the app registers a changed configuration before each choice. */
  registersAnew?: boolean;
}

const aUser = { key: 'event.data.user', scope: 'fn' };
const priority = { run: 'int(event.data.priority)' };
/** The demo task's throttle. */
const throttle = { limit: 20, period: '60s' };
const sharedAndOneAUser = { concurrency: [{ limit: 10 }, { limit: 1, ...aUser }] };

/** Each shape tests another part of the choice of the next run. */
const SHAPES: Record<string, Situation> = {
  'no limits': { limits: {} },
  priorities: { limits: { priority } },
  'one slot a user': { limits: { concurrency: [{ limit: 1, ...aUser }] } },
  'one throttle a user': { limits: { throttle: { limit: 1, period: '60s', key: aUser.key } } },
  'shared slots, one a user': { limits: sharedAndOneAUser, isFull: true },
  'one a user, shared throttle': {
    limits: { throttle, concurrency: [{ limit: 1, ...aUser }] },
    isFull: true,
  },
  'limits of the demo task': { limits: { throttle, concurrency: [{ limit: 10 }], priority }, isFull: true },
  'after a registration': { limits: sharedAndOneAUser, isFull: true, registersAnew: true },
};

/** The number of choices that are timed for each backlog. */
const SAMPLES = 300;
const EVENTS_AT_ONCE = 1_000;
/** The throttle allows another start after this time, in milliseconds. */
const PERMIT_EVERY_MS = 3_000;

export const shapes = Object.keys(SHAPES);

/** The time of one choice, in microseconds. */
export interface Cost {
  median: number;
  worst: number;
}

/** Measures the time to choose and take the next run with `waiting` runs in the backlog. Each run belongs to a different user. */
export async function timeToStart(shape: string, waiting: number): Promise<Cost> {
  const { limits, isFull = false, registersAnew = false } = SHAPES[shape] as Situation;
  const clock = new VirtualClock();
  const server = await EmbeddedInngest.start({ port: 0, clock, logger: false });
  // No calls are made: only the choice is measured.
  await server.app.get(Dispatcher).drain(0);
  await register(server, limits, 'work');
  await send(server, waiting);

  const queue = server.app.get(CallQueue);
  const db = server.app.get(Database);
  const taken: QueueItem[] = [];
  /** Takes an item if there is one. Returns whether the queue may have more. */
  const takeOne = (): boolean => {
    const item = db.transaction(() => queue.take('request'));
    if (item !== undefined && item !== 'later') taken.push(item);
    return item !== undefined;
  };
  const takeAll = (): void => {
    while (takeOne());
  };
  const finishOne = (): void => {
    const first = taken.shift();
    if (first) db.transaction(() => queue.finish(first));
  };

  const times: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample++) {
    if (registersAnew) await register(server, limits, `work ${sample}`);
    const before = taken.length;
    const begun = performance.now();
    if (isFull) {
      finishOne();
      takeAll();
    } else takeOne();
    times.push((performance.now() - begun) * 1_000);
    if (taken.length === 0 || (!isFull && taken.length === before)) {
      throw new Error(`Nothing to start after ${sample} of ${waiting}.`);
    }
    if (isFull) await clock.advance(PERMIT_EVERY_MS);
  }
  await server.close();
  return { median: median(times), worst: Math.max(...times) };
}

async function register(server: EmbeddedInngest, limits: Situation['limits'], name: string): Promise<void> {
  const url = 'http://localhost:1/api/inngest';
  const steps = { step: { id: 'step', name: 'step', runtime: { type: 'http', url } } };
  const triggers = [{ event: 'bench/work' }];
  const functions = [{ id: 'bench-work', name, triggers, steps, ...limits }];
  const source = { kind: 'answer', from: url, isNamed: true } as const;
  await server.app.get(Registration).register({ appName: 'bench', url, functions }, source);
}

async function send(server: EmbeddedInngest, waiting: number): Promise<void> {
  const intake = server.app.get(EventIntake);
  for (let sent = 0; sent < waiting; sent += EVENTS_AT_ONCE) {
    const count = Math.min(EVENTS_AT_ONCE, waiting - sent);
    await intake.accept(
      Array.from({ length: count }, (_, index) => ({
        name: 'bench/work',
        data: { user: `user-${sent + index}`, priority: (sent + index) % 600 },
      })),
    );
  }
  // The dispatcher is stopped, so this delivers the events.
  const work = server.app.get(TurnWork);
  while (work.doSome(() => new Turn()));
}
