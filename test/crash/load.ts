import { setTimeout as sleep } from 'node:timers/promises';
import { DEMO_PACE, EVENTS, SEQUENCES, THROTTLE, type Pace } from './app/names.js';
import type { Journal } from './journal.js';
import type { Random } from './random.js';

/** An event that is sent again until the server answers. */
export interface Sent {
  /** The function that the event is for. */
  fn: Fn | 'wake';
  key: string;
  /** A debounced group starts one run, with the last event of the group. */
  group?: string;
  /** The server's id of the event, after the server has answered 200 or 202. */
  eventId?: string;
}

/** How often each kind is sent, relative to the other kinds. */
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

/** The functions whose runs wait, and the event that ends the wait. */
const WAKERS: readonly { fn: Fn; event: string }[] = [
  { fn: 'waiter', event: EVENTS.wake },
  { fn: 'signalled', event: EVENTS.signaller },
];
/** The time between two sends, in milliseconds. */
const PAUSE_MS = { from: 10, to: 60 };

const DEMO_EVENT = 'demo/task.requested';
/** How many runs are sent beyond what the throttle starts, so that some always wait. */
const BACKLOG = 3;
/** The first kinds that are sent, before the random choice: each of them twice. */
const OPENING = [...(Object.keys(WEIGHTS) as Fn[]), ...(Object.keys(WEIGHTS) as Fn[])];
/** The share of events with a `ts` in the future. */
const FOR_LATER = 0.15;

interface Event {
  name: string;
  id?: string;
  ts?: number;
  data: Record<string, unknown>;
}

/** Sends events while a server is running, and sends events again that a killed server did not answer. */
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

  /** Sends events until the signal is aborted, or until the server no longer answers. */
  async run(signal: AbortSignal): Promise<void> {
    if (!(await this.settle())) return;
    while (!signal.aborted && (await this.sendOne())) {
      const pause = this.random.between(PAUSE_MS.from, PAUSE_MS.to);
      await sleep(pause, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Sends unanswered events again, and ends the waits of waiting runs. Returns whether the server answers. */
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
        // Four at a time are more than may start, so that some wait even if the other events are sent slowly.
        if (this.isBehind(fn, THROTTLE.pace)) return this.post([{ fn: 'pipeline', key }]);
        return this.post(['a', 'b', 'c', 'd'].map((suffix) => ({ fn, key: `${key}-${suffix}` })));
      case 'single':
      case 'limited':
        // Two at a time, so that the second meets the first even if the other events are sent slowly.
        return this.post(['a', 'b'].map((suffix) => ({ fn, key: `${key}-${suffix}` })));
      case 'waiter':
      case 'signalled':
        return this.post([{ fn, key }]).then((isAlive) => isAlive && this.wake());
      default:
        return this.post([{ fn, key }]);
    }
  }

  /** Sends an event for each run that still waits. An event that came before its wait is sent again the next time. */
  private wake(): Promise<boolean> {
    const events = WAKERS.flatMap(({ fn, event }) =>
      this.waiting(fn).map((key): Event => ({ name: event, data: { key } })),
    );
    if (events.length === 0) return Promise.resolve(true);
    const sent = events.map(({ data }): Sent => ({ fn: 'wake', key: String(data['key']) }));
    return this.try(sent, () => this.sendEvents(events));
  }

  /** The keys of a function's runs that have not passed their wait. */
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
      // The id lets the server recognise an event that is sent twice.
      id: key,
      ...(ts !== undefined && { ts }),
      data: { key, seconds, ...(group !== undefined && { group }) },
    }));
    this.sent.push(...sent);
    return this.try(sent, () => this.sendEvents(events));
  }

  /** Requests a task by event or by REST. Some tasks have been requested before. */
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

  /** Whether a throttle that works correctly has enough waiting runs. */
  private isBehind(fn: Fn, { atOnce, everyMs }: Pace): boolean {
    const keys = new Set(this.sent.flatMap((event) => (event.fn === fn ? [event.key] : [])));
    return keys.size >= atOnce + (Date.now() - this.startedAt) / everyMs + BACKLOG;
  }

  /** Returns whether the server answered. {@link settle} sends unanswered events again. */
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

/** The server answered and refused the event. */
class RefusedError extends Error {
  override readonly name = 'RefusedError';
}
