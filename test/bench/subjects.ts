import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Agent, request } from 'undici';
import { BenchProcess } from './processes/bench-process.js';
import { eventName, type Mode } from './workload.js';

export const FLOOR = 'floor';
export const EMBEDDED = 'embedded';
const COMMAND = resolve('dist/command/main.js');
/** At most so many events are sent in one request. */
const EVENTS_AT_ONCE = 100;
/** A run that has not ended by then is lost, in milliseconds. */
const RUN_TIMEOUT_MS = 120_000;
/** A process that uses less than `IDLE_MS` in this time has nothing to do, in milliseconds. */
const LOOK_EVERY_MS = 200;
const IDLE_MS = 20;
/** The unit of processor time in /proc, in milliseconds: USER_HZ is 100 on Linux. */
const TICK_MS = 10;

/** Another Inngest, which runs already. */
export interface OtherInngest {
  readonly name: string;
  readonly url: string;
  /** Its process on this machine, when its processor time is to be read. */
  readonly pid?: number;
}

/** One of those that are measured: the floor, the embedded server, or another Inngest. */
export class Subject {
  constructor(
    readonly name: string,
    private readonly url: string,
    private readonly ends: RunEnds,
    readonly process?: BenchProcess,
    private readonly pid?: number,
  ) {}

  /** Processor time that it has used, in milliseconds; undefined when nobody can say. */
  async cpuMs(): Promise<number | undefined> {
    if (this.process !== undefined) return (await this.process.usage()).cpuMs;
    if (this.pid === undefined) return undefined;
    // The fields after the name of the program, which may have spaces: man 5 proc, utime and stime.
    const fields = readFileSync(`/proc/${this.pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  }

  /** Resolves when it has nothing to do any more, as far as its processor time tells. */
  async rest(): Promise<void> {
    for (let before = await this.cpuMs(); ;) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      const now = await this.cpuMs();
      if (now === undefined || before === undefined || now - before <= IDLE_MS) return;
      before = now;
    }
  }

  /** Starts one run. Returns the milliseconds from sending its event to the end of its function. */
  async runOne(mode: Mode): Promise<number> {
    const begun = performance.now();
    const { first } = await this.sendRuns(mode, 1);
    return (await this.ends.of(first)) - begun;
  }

  /** Queues many runs at the same time. Returns how many end in a second, from the first event to the last end. */
  async runMany(mode: Mode, count: number): Promise<number> {
    const begun = performance.now();
    const { first } = await this.sendRuns(mode, count);
    return (count / ((await this.ends.ofAll(first, count)) - begun)) * 1_000;
  }

  /** Queues runs. `done` resolves when all have ended. */
  async startMany(mode: Mode, count: number): Promise<{ done: Promise<number> }> {
    const { first } = await this.sendRuns(mode, count);
    return { done: this.ends.ofAll(first, count) };
  }

  private async sendRuns(mode: Mode, count: number): Promise<{ first: number }> {
    const first = this.ends.reserve(count);
    for (let sent = 0; sent < count; sent += EVENTS_AT_ONCE) {
      const events = Array.from({ length: Math.min(EVENTS_AT_ONCE, count - sent) }, (_, index) => ({
        name: eventName(mode),
        data: { n: first + sent + index },
      }));
      await this.post(JSON.stringify(events.length === 1 ? events[0] : events));
    }
    return { first };
  }

  /** Sends one request with events. @throws Error when it is refused */
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

const AGENT = new Agent({ connections: 64 });

/** Knows which runs have ended, from what the app says. */
export class RunEnds {
  private next = 1;
  private readonly ended = new Map<number, number>();
  private readonly listeners = new Map<number, () => void>();

  /** Takes numbers for so many runs. Returns the first. */
  reserve(count: number): number {
    this.next += count;
    return this.next - count;
  }

  note(run: number): void {
    this.ended.set(run, performance.now());
    this.listeners.get(run)?.();
  }

  /** Resolves with the moment at which the run ended. */
  async of(run: number): Promise<number> {
    if (!this.ended.has(run)) await this.wait(run);
    const at = this.ended.get(run) as number;
    this.ended.delete(run);
    return at;
  }

  /** Resolves with the moment at which the last of the runs ended. */
  async ofAll(first: number, count: number): Promise<number> {
    let last = 0;
    for (let run = first; run < first + count; run++) last = Math.max(last, await this.of(run));
    return last;
  }

  private wait(run: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`Run ${run} has not ended.`)), RUN_TIMEOUT_MS);
      this.listeners.set(run, () => {
        clearTimeout(timer);
        this.listeners.delete(run);
        resolve();
      });
    });
  }
}

/** The floor, the built embedded server with its state on disk, other Inngests, and one app that all of them call. */
export class Field {
  private constructor(
    readonly subjects: readonly Subject[],
    private readonly processes: readonly BenchProcess[],
    private readonly folder: string,
  ) {}

  static async start(others: readonly OtherInngest[]): Promise<Field> {
    const folder = mkdtempSync(join(tmpdir(), 'bench-'));
    const processes: BenchProcess[] = [];
    try {
      const floor = await BenchProcess.script('floor.ts', []);
      processes.push(floor);
      const embedded = await startCommand(folder);
      processes.push(embedded);
      const all = [
        { name: FLOOR, url: floor.url },
        { name: EMBEDDED, url: embedded.url, process: embedded },
        ...others,
      ];
      const app = await BenchProcess.script('app.ts', [
        JSON.stringify(all.map(({ name, url }) => ({ name, url }))),
      ]);
      processes.push(app);
      const ends = new RunEnds();
      app.onMessage(({ ended }: { ended: number }) => ends.note(ended));
      for (const { name } of all) await register(`${app.url}/api/${name}`, name);
      const subjects = all.map(
        (one) =>
          new Subject(
            one.name,
            one.url,
            ends,
            'process' in one ? one.process : undefined,
            'pid' in one ? one.pid : undefined,
          ),
      );
      return new Field(subjects, processes, folder);
    } catch (error) {
      for (const one of processes) await one.stop('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  get floor(): Subject {
    return this.subjects[0] as Subject;
  }

  /** All but the floor. */
  get servers(): readonly Subject[] {
    return this.subjects.slice(1);
  }

  async stop(): Promise<void> {
    for (const one of this.processes.toReversed()) await one.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The command that runs the embedded server alone, with its state on disk in the folder. */
export function startCommand(folder: string): Promise<BenchProcess> {
  return BenchProcess.program(COMMAND, {
    args: ['--port', '0', '--no-discovery', '--no-poll', '--persist'],
    cwd: folder,
    ready: /Server\s+(http:\S+)/,
  });
}

async function register(url: string, name: string): Promise<void> {
  const response = await request(url, { method: 'PUT' });
  const text = await response.body.text();
  if (response.statusCode !== 200) throw new Error(`The app could not register at ${name}: ${text}`);
}
