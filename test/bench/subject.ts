import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Agent, request } from 'undici';
import type { BenchProcess } from './processes/bench-process.js';
import type { RunEnds } from './run-ends.js';
import { eventName, type Workload } from './workload.js';

/** The most events in one request. */
const EVENTS_AT_ONCE = 100;
/** A process that uses less processor time than `IDLE_MS` within this time is idle. In milliseconds. */
const LOOK_EVERY_MS = 200;
const IDLE_MS = 20;
/** The unit of processor time in /proc, in milliseconds: USER_HZ is 100 on Linux. */
const TICK_MS = 10;

const AGENT = new Agent({ connections: 64 });

/** A server that is measured: the floor, the embedded server, or another Inngest server. */
export class Subject {
  readonly name: string;
  readonly url: string;
  readonly process: BenchProcess | undefined;
  private readonly pid: number | undefined;

  constructor(
    { name, url, process, pid }: { name: string; url: string; process?: BenchProcess; pid?: number },
    private readonly ends: RunEnds,
  ) {
    this.name = name;
    this.url = url;
    this.process = process;
    this.pid = pid;
  }

  /** The processor time that the server has used, in milliseconds; undefined if it is not known. */
  async cpuMs(): Promise<number | undefined> {
    if (this.process !== undefined) return (await this.process.usage()).cpuMs;
    if (this.pid === undefined) return undefined;
    // utime and stime (man 5 proc). The fields are counted after the program's name, because the name may have spaces.
    const fields = readFileSync(`/proc/${this.pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  }

  /** Resolves when the server is idle, judged by its processor time, or after `atMostMs`: some servers are never idle. */
  async rest(atMostMs = 10_000): Promise<void> {
    const deadline = performance.now() + atMostMs;
    let before = await this.cpuMs();
    while (performance.now() < deadline) {
      await pause(LOOK_EVERY_MS);
      const now = await this.cpuMs();
      if (now === undefined || before === undefined || now - before <= IDLE_MS) return;
      before = now;
    }
  }

  /** Starts one run. Returns the time from sending its event to the end of its function, in milliseconds. */
  async runOne(work: Workload): Promise<number> {
    const begun = performance.now();
    const { first } = await this.sendRuns(work, 1);
    return (await this.ends.of(first)) - begun;
  }

  /** Queues many runs at the same time. Returns the runs per second, from the first event to the last end. */
  async runMany(work: Workload, count: number): Promise<number> {
    const begun = performance.now();
    const { first } = await this.sendRuns(work, count);
    return (count / ((await this.ends.ofAll(first, count)) - begun)) * 1_000;
  }

  /** Queues runs. `done` resolves when all have ended. */
  async startMany(work: Workload, count: number): Promise<{ done: Promise<number> }> {
    const { first } = await this.sendRuns(work, count);
    return { done: this.ends.ofAll(first, count) };
  }

  private async sendRuns(work: Workload, count: number): Promise<{ first: number }> {
    const first = this.ends.reserve(count);
    for (let sent = 0; sent < count; sent += EVENTS_AT_ONCE) {
      const events = Array.from({ length: Math.min(EVENTS_AT_ONCE, count - sent) }, (_, index) => ({
        name: eventName(work),
        data: { n: first + sent + index },
      }));
      await this.post(JSON.stringify(events.length === 1 ? events[0] : events));
    }
    return { first };
  }

  /** Sends one request with events. @throws Error when the server refuses it */
  async post(body: string): Promise<void> {
    const response = await request(`${this.url}/e/bench`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      dispatcher: AGENT,
    });
    const text = await response.body.text();
    if (response.statusCode !== 200)
      throw new Error(`${this.name} refused events: ${response.statusCode} ${text}`);
  }
}
