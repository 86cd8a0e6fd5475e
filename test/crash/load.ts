import { setTimeout as sleep } from 'node:timers/promises';
import { DEMO_PACE, EVENTS, SEQUENCES, THROTTLE, type Pace } from './app/names.js';
import type { Journal } from './journal.js';
import type { Random } from './random.js';

/** One event that was sent, over and over until the server answered. */
export interface Sent {
  /** Which function it is for. */
  fn: Fn | 'wake';
  key: string;
  /** Debounced events of one group start one run, with the last of them. */
  group?: string;
  /** The server's id for it, once it has answered 200 or 202. */
  eventId?: string;
}

/** How often each kind is sent, in relation to the others. */
const WEIGHTS = {
  pipeline: 8,
  plain: 3,
  parallel: 3,
  fetcher: 2,
  sleeper: 4,
  timeout: 2,
  waiter: 3,
  signalled: 3,
  unsignalled: 2,
  invoker: 3,
  impatient: 2,
  flaky: 3,
  debounced: 2,
  batched: 3,
  single: 3,
  limited: 3,
  throttled: 3,
  overdue: 1,
  'demo-task': 3,
};
type Fn = keyof typeof WEIGHTS;

/** Runs that wait until something comes, and the event that brings it. */
const WAKERS: readonly { fn: Fn; event: string }[] = [
  { fn: 'waiter', event: EVENTS.wake },
  { fn: 'signalled', event: EVENTS.signaller },
];
/** The time between two sends, in milliseconds. */
const PAUSE_MS = { from: 10, to: 60 };

const DEMO_EVENT = 'demo/task.requested';
/** More than a throttle lets start, so that it always has some waiting. */
const BACKLOG = 3;
/** What is sent first, whatever chance says: each twice. */
const OPENING = [...(Object.keys(WEIGHTS) as Fn[]), ...(Object.keys(WEIGHTS) as Fn[])];
/** How many events are for later. */
const FOR_LATER = 0.15;

interface Event {
  name: string;
  id?: string;
  ts?: number;
  data: Record<string, unknown>;
}

/** Sends events as long as there is a server, and again what a killed one did not answer. */
export class Load {
  readonly sent: Sent[] = [];
  private readonly unanswered: { sent: Sent[]; send: () => Promise<string[]> }[] = [];
  private readonly opening = [...OPENING];
  private readonly startedAt = Date.now();

  constructor(
    private readonly random: Random,
    private readonly inngest: string,
    private readonly worker: string,
    private readonly journal: Journal,
  ) {}

  /** Sends until aborted, or until the server does not answer any more. */
  async run(signal: AbortSignal): Promise<void> {
    if (!(await this.settle())) return;
    while (!signal.aborted && (await this.sendOne())) {
      const pause = this.random.between(PAUSE_MS.from, PAUSE_MS.to);
      await sleep(pause, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Sends again what has not been answered, and wakes those who wait. Returns whether the server answers. */
  async settle(): Promise<boolean> {
    for (const attempt of this.unanswered.splice(0)) {
      if (!(await this.try(attempt.sent, attempt.send))) return false;
    }
    return this.wake();
  }

  private sendOne(): Promise<boolean> {
    const fn = this.opening.shift() ?? this.random.pick(WEIGHTS);
    const key = `${fn}-${this.sent.length}`;
    switch (fn) {
      case 'demo-task':
        return this.requestDemoTask(key);
      case 'debounced': {
        const keys = ['first', 'second', 'last'].map((suffix) => `${key}-${suffix}`);
        return this.post(keys.map((each) => ({ fn, key: each, group: key })));
      }
      case 'throttled':
        // More than may start at once, so that some wait however slowly the rest is sent.
        if (this.isBehind(fn, THROTTLE.pace)) return this.post([{ fn: 'pipeline', key }]);
        return this.post(['a', 'b', 'c', 'd'].map((suffix) => ({ fn, key: `${key}-${suffix}` })));
      case 'single':
      case 'limited':
        // The second finds the first, however slowly the rest is sent.
        return this.post(['a', 'b'].map((suffix) => ({ fn, key: `${key}-${suffix}` })));
      case 'waiter':
      case 'signalled':
        return this.post([{ fn, key }]).then((isAlive) => isAlive && this.wake());
      default:
        return this.post([{ fn, key }]);
    }
  }

  /** One event for each run that waits and has not been woken. What comes too early is sent again. */
  private wake(): Promise<boolean> {
    const events = WAKERS.flatMap(({ fn, event }) =>
      this.waiting(fn).map((key): Event => ({ name: event, data: { key } })),
    );
    if (events.length === 0) return Promise.resolve(true);
    const sent = events.map(({ data }): Sent => ({ fn: 'wake', key: String(data['key']) }));
    return this.try(sent, () => this.sendEvents(events));
  }

  /** The keys of a function's runs that have not got beyond their waiting. */
  private waiting(fn: Fn): string[] {
    const woken = SEQUENCES[fn]![1];
    const done = new Set(
      this.journal.entries().flatMap(({ stepId, taskId }) => (stepId === woken ? [taskId] : [])),
    );
    return this.sent.filter((event) => event.fn === fn && !done.has(event.key)).map(({ key }) => key);
  }

  private post(sent: Sent[]): Promise<boolean> {
    const seconds = this.random.between(1, 3);
    const ts = this.random.chance(FOR_LATER) ? Date.now() + this.random.between(200, 2_000) : undefined;
    const events = sent.map(({ fn, key, group }): Event => ({
      name: EVENTS[fn as keyof typeof EVENTS],
      // The sender's id lets the server tell an event that is sent again from a new one.
      id: key,
      ...(ts !== undefined && { ts }),
      data: { key, seconds, ...(group !== undefined && { group }) },
    }));
    this.sent.push(...sent);
    return this.try(sent, () => this.sendEvents(events));
  }

  /** As an event or by REST; now and then one that has been requested before. */
  private requestDemoTask(key: string): Promise<boolean> {
    const known = this.sent.filter(({ fn }) => fn === 'demo-task');
    const again = known[this.random.between(0, known.length - 1)];
    const isRepeated = this.isBehind('demo-task', DEMO_PACE) || this.random.chance(0.2);
    const sent: Sent = { fn: 'demo-task', key: isRepeated && again ? again.key : key };
    this.sent.push(sent);
    const task = {
      taskId: sent.key,
      delayMs: this.random.between(0, 800),
      ...(this.random.chance(0.3) && { simulateFailure: true, failAttempts: this.random.between(1, 2) }),
    };
    const byRest = this.random.chance(0.5);
    return this.try([sent], () =>
      byRest ? this.sendByRest(task) : this.sendEvents([{ name: DEMO_EVENT, data: task }]),
    );
  }

  /** Whether a throttle has enough waiting, if it works as it should. */
  private isBehind(fn: Fn, { atOnce, everyMs }: Pace): boolean {
    const keys = new Set(this.sent.flatMap((event) => (event.fn === fn ? [event.key] : [])));
    return keys.size >= atOnce + (Date.now() - this.startedAt) / everyMs + BACKLOG;
  }

  /** Returns whether the server answered; what it did not answer is sent again by {@link settle}. */
  private async try(sent: Sent[], send: () => Promise<string[]>): Promise<boolean> {
    let ids: string[];
    try {
      ids = await send();
    } catch (error) {
      if (error instanceof RefusedError) throw error;
      this.unanswered.push({ sent, send });
      return false;
    }
    sent.forEach((event, index) => Object.assign(event, { eventId: ids[index] }));
    return true;
  }

  private async sendEvents(events: Event[]): Promise<string[]> {
    const answer = await fetch(`${this.inngest}/e/any`, { method: 'POST', body: JSON.stringify(events) });
    const { ids, error } = (await answer.json()) as { ids: string[]; error?: string };
    if (answer.status === 503) throw new Error('The server could not store it now.');
    if (answer.status !== 200) throw new RefusedError(`The event API answered ${answer.status}: ${error}`);
    return ids;
  }

  private async sendByRest(task: object): Promise<string[]> {
    const answer = await fetch(`${this.worker}/demo-tasks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(task),
    });
    const body = (await answer.json()) as { eventId: string };
    if (answer.status === 503) throw new Error('The worker did not reach the server in time.');
    if (answer.status !== 202)
      throw new RefusedError(`REST answered ${answer.status}: ${JSON.stringify(body)}`);
    return [body.eventId];
  }
}

/** The server answered, and would not have the event. */
class RefusedError extends Error {
  override readonly name = 'RefusedError';
}
