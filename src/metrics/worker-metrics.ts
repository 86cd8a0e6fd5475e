import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { RegistrationState } from '../inngest/index.js';
import { BoundedLabels } from './bounded-labels.js';
import { processMetrics } from './process-metrics.js';
import { ServerLoadMetrics, type ReadServerLoad } from './server-load.js';

/** How many step ids of a function have a series of their own. */
const MAX_STEPS = 100;

/** From steps that compute something to those that wait for people, in seconds. */
const DURATIONS = [0.005, 0.025, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200];

const STATES = ['pending', 'registered', 'unreachable', 'refused'] as const satisfies RegistrationState[];

/** A step, or with an empty step the code of a function outside of its steps. */
export interface Attempt {
  readonly function: string;
  readonly step: string;
  /** `retried`: it failed and is tried again; `failed`: for good. */
  readonly outcome: 'completed' | 'retried' | 'failed';
}

/** What this worker does, in the form that Prometheus reads. */
export class WorkerMetrics {
  private readonly registry = new Registry();
  private readonly registers = [this.registry];
  private readonly stepIds = new BoundedLabels(MAX_STEPS);
  private readonly load: ServerLoadMetrics | undefined;

  private readonly runs = new Counter({
    name: 'inngest_runs_total',
    help: 'Runs that ended in this worker, by outcome: completed or failed.',
    labelNames: ['function', 'outcome'],
    registers: this.registers,
  });

  private readonly attempts = new Counter({
    name: 'inngest_step_attempts_total',
    help: 'Attempts of steps, by outcome: completed, retried (failed, to be tried again) or failed (for good).',
    labelNames: ['function', 'step', 'outcome'],
    registers: this.registers,
  });

  private readonly durations = new Histogram({
    name: 'inngest_step_duration_seconds',
    help: 'How long the attempts of steps took.',
    labelNames: ['function', 'step'],
    buckets: DURATIONS,
    registers: this.registers,
  });

  private readonly inFlight = new Gauge({
    name: 'inngest_calls_in_flight',
    help: 'Calls of functions that this worker has not answered yet.',
    registers: this.registers,
  });

  private readonly registration = new Gauge({
    name: 'inngest_registration_state',
    help: 'The state of the registration: 1 for the one that it is in, 0 for the others.',
    labelNames: ['state'],
    registers: this.registers,
  });

  /** @param load reads what the Inngest server in this process has to do, if there is one */
  constructor(load?: ReadServerLoad) {
    this.load = load && new ServerLoadMetrics(load, this.registry);
    processMetrics();
  }

  /** The media type of {@link text}. */
  get contentType(): string {
    return this.registry.contentType;
  }

  callBegan(): void {
    this.inFlight.inc();
  }

  callEnded(): void {
    this.inFlight.dec();
  }

  /** @param seconds how long it took; undefined when nobody knows */
  attempted({ function: fn, step, outcome }: Attempt, seconds?: number): void {
    const labels = { function: fn, step: this.stepIds.of(fn, step) };
    this.attempts.inc({ ...labels, outcome });
    if (seconds !== undefined) this.durations.observe(labels, seconds);
  }

  runEnded(fn: string, outcome: 'completed' | 'failed'): void {
    this.runs.inc({ function: fn, outcome });
  }

  /** Everything, read now. */
  async text(state: RegistrationState): Promise<string> {
    for (const each of STATES) this.registration.set({ state: each }, each === state ? 1 : 0);
    await this.load?.refresh();
    return Registry.merge([this.registry, processMetrics()]).metrics();
  }
}
