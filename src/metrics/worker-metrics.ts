import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { RegistrationState } from '../inngest/index.js';
import { BoundedLabels } from './bounded-labels.js';
import { processMetrics } from './process-metrics.js';
import { ServerLoadMetrics, type ReadServerLoad } from './server-load.js';

/** How many step ids of a function have separate series. */
const MAX_STEPS = 100;

/** The buckets of step durations, in seconds: from short computations to long waits. */
const DURATIONS = [0.005, 0.025, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200];

const STATES = ['pending', 'registered', 'unreachable', 'refused'] as const satisfies RegistrationState[];

/** An attempt of a step. An empty `step` means the code of a function outside of its steps. */
export interface Attempt {
  readonly function: string;
  readonly step: string;
  /** `retried`: failed, with another attempt to follow; `failed`: failed, and was the last attempt. */
  readonly outcome: 'completed' | 'retried' | 'failed';
}

/** The metrics of this worker, in the format of Prometheus. */
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
    help: 'Attempts of steps, by outcome: completed, retried (failed, another attempt follows) or failed (the last attempt).',
    labelNames: ['function', 'step', 'outcome'],
    registers: this.registers,
  });

  private readonly durations = new Histogram({
    name: 'inngest_step_duration_seconds',
    help: 'The duration of the attempts of steps.',
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
    help: 'The state of the registration: 1 for the current state, 0 for the others.',
    labelNames: ['state'],
    registers: this.registers,
  });

  /** @param load reads the queue of the embedded Inngest server; undefined if there is none */
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

  /** @param seconds the duration; undefined if it is not known */
  attempted({ function: fn, step, outcome }: Attempt, seconds?: number): void {
    const labels = { function: fn, step: this.stepIds.of(fn, step) };
    this.attempts.inc({ ...labels, outcome });
    if (seconds !== undefined) this.durations.observe(labels, seconds);
  }

  runEnded(fn: string, outcome: 'completed' | 'failed'): void {
    this.runs.inc({ function: fn, outcome });
  }

  /** The current values of all metrics. */
  async text(state: RegistrationState): Promise<string> {
    for (const each of STATES) this.registration.set({ state: each }, each === state ? 1 : 0);
    await this.load?.refresh();
    return Registry.merge([this.registry, processMetrics()]).metrics();
  }
}
