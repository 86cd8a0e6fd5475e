import { setTimeout as pause } from 'node:timers/promises';
import { Agent, request } from 'undici';
import type { BenchProcess } from '../bench/processes/bench-process.js';
import { EVENTS, kindOf, type Kind } from './kinds.js';

const TICK_MS = 50;
/** A run of the kind "waiting" is sent its event after this time, in milliseconds. */
const ANSWER_AFTER_MS = 1_000;
/**
 * The most runs in progress. The test keeps this many in progress while it measures the rate. Afterwards this number is a limit:
 * a machine that has become slower must not pile up runs.
 */
const MOST_UNDER_WAY = 400;

interface SentEvent {
  name: string;
  data: { n: number };
}

/** Starts runs of all kinds, and knows which have ended. */
export class Load {
  started = 0;
  ended = 0;
  private readonly open = new Map<number, Kind>();
  private readonly agent = new Agent();
  private readonly waiters = new Set<() => void>();
  private readonly answers: { at: number; n: number }[] = [];

  constructor(
    private readonly inngest: string,
    app: BenchProcess,
  ) {
    app.onMessage(({ ended }: { ended?: number }) => ended !== undefined && this.note(ended));
  }

  /** Keeps the most runs in progress. Returns how many end per second. The first third of the time is a warm-up. */
  async measureRate(ms: number): Promise<number> {
    const begun = performance.now();
    let counted = { at: begun, ended: this.ended };
    while (performance.now() < begun + ms) {
      await this.start(MOST_UNDER_WAY - this.open.size);
      await pause(TICK_MS / 2);
      if (performance.now() < begun + ms / 3) counted = { at: performance.now(), ended: this.ended };
    }
    return ((this.ended - counted.ended) / (performance.now() - counted.at)) * 1_000;
  }

  /**
   * Starts `perSecond` runs per second for `ms` milliseconds. Returns the share of runs that MOST_UNDER_WAY held back, from 0 to
   * 1.
   */
  async hold(perSecond: number, ms: number): Promise<number> {
    const begun = performance.now();
    let [due, sent] = [0, 0];
    while (performance.now() < begun + ms) {
      due = Math.floor(((performance.now() - begun) / 1_000) * perSecond);
      const count = Math.min(due - sent, MOST_UNDER_WAY - this.open.size);
      await this.start(count);
      sent += Math.max(0, count);
      await pause(TICK_MS);
    }
    return due === 0 ? 0 : 1 - sent / due;
  }

  /** Waits until no run of these kinds is in progress. @throws Error when runs have not ended after `ms` milliseconds */
  async untilEnded(ms: number, kinds?: readonly Kind[]): Promise<void> {
    const deadline = performance.now() + ms;
    for (;;) {
      const left = [...this.open].filter(([, kind]) => kinds?.includes(kind) ?? true);
      if (left.length === 0) return;
      if (performance.now() > deadline)
        throw new Error(`${left.length} runs have not ended: ${summary(left)}.`);
      await this.answer();
      await pause(TICK_MS / 5);
    }
  }

  /** Starts one run of five steps. Returns the time until its function ends, in milliseconds. */
  async one(): Promise<number> {
    const n = this.nextOf('steps');
    const begun = performance.now();
    const end = new Promise<void>((resolve) => {
      const look = (): void => {
        if (this.open.has(n)) return;
        this.waiters.delete(look);
        resolve();
      };
      this.waiters.add(look);
    });
    await this.send([{ name: EVENTS.steps, data: { n } }]);
    await end;
    return performance.now() - begun;
  }

  private nextOf(kind: Kind): number {
    const n = ++this.started;
    this.open.set(n, kind);
    return n;
  }

  private async start(count: number): Promise<void> {
    await this.answer();
    if (count <= 0) return;
    const events = Array.from({ length: count }, () => {
      const kind = kindOf(this.started + 1);
      const n = this.nextOf(kind);
      if (kind === 'waiting') this.answers.push({ at: performance.now() + ANSWER_AFTER_MS, n });
      return { name: EVENTS[kind], data: { n } };
    });
    await this.send(events);
  }

  /** Sends due events to waiting runs, and repeats them until each run has ended, because a run may begin to wait late. */
  private async answer(): Promise<void> {
    const now = performance.now();
    const due: number[] = [];
    while (this.answers[0] && this.answers[0].at <= now) due.push((this.answers.shift() as { n: number }).n);
    const open = due.filter((n) => this.open.has(n));
    if (open.length === 0) return;
    for (const n of open) this.answers.push({ at: now + ANSWER_AFTER_MS, n });
    await this.send(open.map((n) => ({ name: EVENTS.answer, data: { n } })));
  }

  private async send(events: readonly SentEvent[]): Promise<void> {
    const { statusCode, body } = await request(`${this.inngest}/e/soak`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(events),
      dispatcher: this.agent,
    });
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`Events were answered ${statusCode}: ${text}`);
  }

  private note(n: number): void {
    // A function that is called again after its last step reports its end twice.
    if (!this.open.delete(n)) return;
    this.ended++;
    for (const look of this.waiters) look();
  }
}

function summary(left: readonly (readonly [number, Kind])[]): string {
  const counts = new Map<Kind, number>();
  for (const [, kind] of left) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${count} of "${kind}"`).join(', ');
}
