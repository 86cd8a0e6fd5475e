import { setTimeout as sleep } from 'node:timers/promises';
import { EVENTS, SEQUENCES } from './app/functions.js';
import type { Journal } from './journal.js';
import type { Random } from './random.js';

/** One event that was sent, over and over until the server answered. */
export interface Sent {
  /** Which function it is for. */
  fn: keyof typeof WEIGHTS | 'wake';
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
  sleeper: 4,
  timeout: 2,
  waiter: 3,
  invoker: 3,
  debounced: 2,
  batched: 3,
  'demo-task': 3,
};
/** The time between two sends, in milliseconds. */
const PAUSE_MS = { from: 10, to: 60 };

const DEMO_EVENT = 'demo/task.requested';
/** What the demo task's throttle lets start: this many at once, then one every 3 s. */
const DEMO_BURST = 20;
const DEMO_PERIOD_MS = 3_000;
/** More than can start, so that the throttle always has some waiting. */
const DEMO_BACKLOG = 4;

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
    const fn = this.random.pick(WEIGHTS);
    const key = `${fn}-${this.sent.length}`;
    switch (fn) {
      case 'demo-task':
        return this.requestDemoTask(key);
      case 'debounced': {
        const keys = ['first', 'second', 'last'].map((suffix) => `${key}-${suffix}`);
        return this.post(keys.map((each) => ({ fn, key: each, group: key })));
      }
      case 'waiter':
        return this.post([{ fn, key }]).then((isAlive) => isAlive && this.wake());
      default:
        return this.post([{ fn, key }]);
    }
  }

  /** One event for each run of `waiter` that has not been woken. What comes too early is sent again. */
  private wake(): Promise<boolean> {
    const [, woken] = SEQUENCES['waiter']!;
    const done = new Set(
      this.journal.entries().flatMap((entry) => (entry.stepId === woken ? [entry.taskId] : [])),
    );
    const waiting = this.sent.filter(({ fn, key }) => fn === 'waiter' && !done.has(key));
    if (waiting.length === 0) return Promise.resolve(true);
    const sent = waiting.map(({ key }): Sent => ({ fn: 'wake', key }));
    return this.try(sent, () =>
      this.sendEvents(sent.map(({ key }) => ({ name: EVENTS.wake, data: { key } }))),
    );
  }

  private post(sent: Sent[]): Promise<boolean> {
    const seconds = this.random.between(1, 3);
    // Some are for later.
    const ts = this.random.chance(0.1) ? Date.now() + this.random.between(200, 2_000) : undefined;
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
    const distinct = new Set(known.map((task) => task.key)).size;
    const mayStart = DEMO_BURST + (Date.now() - this.startedAt) / DEMO_PERIOD_MS;
    const again = known[this.random.between(0, known.length - 1)];
    const isRepeated = distinct >= mayStart + DEMO_BACKLOG || this.random.chance(0.2);
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
