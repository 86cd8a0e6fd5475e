import { Test, type TestingModule } from '@nestjs/testing';
import { VirtualClock } from '../../clock/index.js';
import { Turn } from '../../common/turn.js';
import { Upgrades } from '../access/upgrades.js';
import { AnswerApplier } from '../answers/answer-applier.js';
import { AppCaller } from '../calls/app-caller.js';
import type { Call } from '../calls/call-builder.js';
import { Dispatcher } from '../calls/dispatcher.js';
import { RunExecutor } from '../calls/run-executor.js';
import { EmbeddedModule } from '../embedded.module.js';
import { FunctionRegistry } from '../functions/function-registry.js';
import { EventIntake } from '../intake/event-intake.js';
import type { IncomingEvent } from '../intake/incoming-event.js';
import type { Answer } from '../protocol/answer.js';
import { CallQueue } from '../queue/call-queue.js';
import { RunProgress } from '../runs/run-progress.js';
import type { EmbeddedOptions } from '../settings/embedded-options.js';
import { AppStore } from '../store/app.store.js';
import { openDataFile, type DataFile } from '../store/data-file.js';
import { QueueStore, type QueueItem } from '../store/queue.store.js';
import { RunStore, type Run } from '../store/run.store.js';
import { StepStore } from '../store/step.store.js';
import { TimerStore } from '../store/timer.store.js';
import { TurnWork } from '../timers/turn-work.js';
import { completed } from './answers.js';

/** Where the time of a {@link BareEngine} begins. */
export const START = Date.UTC(2026, 0, 1);

const APP = { id: 'app', name: 'app', url: 'http://app.test/', sdk: 'test', framework: '', version: null };

/** A retry is made a second later. */
const OPTIONS = {
  retryIntervalMs: 1_000,
  allowedHosts: [] as readonly string[],
} as unknown as EmbeddedOptions;

/** A function as an app registers it, without its address. Its id is also its slug. */
export type FunctionConfig = Record<string, unknown> & { id: string };

/** What the app answers to a call. */
type App = (call: Call) => Answer | Promise<Answer>;

/** A call that was taken from the queue. */
interface Taken {
  runId: string;
  item: QueueItem;
}

/**
 * The engine as the server puts it together, but without HTTP: its data file is in memory, its clock is virtual, and
 * {@link app} stands in for the app. The dispatcher does not run before {@link dispatch}, so that a spec can do one
 * piece of its work and look at what has changed.
 */
export class BareEngine {
  /** Answers the calls. Every function returns null unless a spec says otherwise. */
  app: App = () => completed(null);
  /** The calls that the app got, in their order. */
  readonly calls: Call[] = [];
  private readonly functionIds = new Set<string>();
  private readonly file: DataFile;

  private constructor(
    readonly clock: VirtualClock,
    file: DataFile,
    private readonly module: TestingModule,
  ) {
    this.file = file;
  }

  static async start(...functions: FunctionConfig[]): Promise<BareEngine> {
    const clock = new VirtualClock(START);
    const file = openDataFile(':memory:', { now: START });
    const module = await Test.createTestingModule({
      imports: [{ ...EmbeddedModule.forRoot(OPTIONS, clock, file.db), controllers: [] }],
    })
      .overrideProvider(Upgrades)
      .useValue({ serve: () => undefined })
      .overrideProvider(AppCaller)
      .useFactory({
        factory: () => ({ call: (call: Call) => engine.answer(call), stop: () => undefined }),
      })
      .setLogger({ log: () => undefined, warn: () => undefined, error: () => undefined })
      .compile();
    const engine = new BareEngine(clock, file, module);
    await module.init();
    engine.register(...functions);
    return engine;
  }

  get<T>(type: new (...args: never[]) => T): T {
    return this.module.get<T>(type);
  }

  /** Registers functions of the one app, in the place of those with the same ids. */
  register(...functions: FunctionConfig[]): void {
    const store = this.get(AppStore);
    store.saveApp({ ...APP, createdAt: START, syncedAt: START, checksum: '' });
    for (const config of functions) {
      const steps = { step: { id: 'step', runtime: { url: APP.url } } };
      const text = JSON.stringify({ name: config.id, steps, ...config });
      const { id } = config;
      this.functionIds.add(id);
      store.saveFunction({ id, slug: id, appId: APP.id, name: id, config: text, createdAt: START });
    }
    this.get(FunctionRegistry).load();
  }

  /** Has an event taken in. Returns its internal id. */
  async send(event: Partial<IncomingEvent> & { name: string }): Promise<string> {
    const { ids } = await this.get(EventIntake).accept([{ data: {}, ...event }]);
    return ids[0]!;
  }

  /** Does what a turn of the dispatcher does before it makes calls: fires timers, delivers events, does jobs. */
  turn(): void {
    while (this.get(TurnWork).doSome(() => new Turn()).any);
  }

  /** Lets time pass. Without the dispatcher, what is due happens at the end. */
  async advance(ms: number): Promise<void> {
    await this.clock.advance(ms);
    this.turn();
  }

  /** Lets the dispatcher run from now on. */
  async dispatch(): Promise<void> {
    await this.get(Dispatcher).start();
    await this.clock.settled();
  }

  /** Sends an event and takes the first call of the run that it starts. */
  async begin(event: Partial<IncomingEvent> & { name: string }): Promise<Taken> {
    await this.send(event);
    this.turn();
    return this.take();
  }

  /** Takes the next call from the queue, as the dispatcher does before it makes the call. */
  take(): Taken {
    const item = this.transaction(() => {
      const taken = this.get(CallQueue).take('request');
      if (taken && taken !== 'later') this.get(RunExecutor).prepare(taken);
      return taken;
    });
    if (!item || item === 'later') throw new Error('No call can be made now.');
    return { runId: item.runId, item };
  }

  /** Applies an answer to a call. Returns the requests that the call still has to make. */
  apply({ item }: Taken, answer: Answer): ReturnType<AnswerApplier['apply']> {
    return this.transaction(() => this.get(AnswerApplier).apply(item, answer));
  }

  /** The calls of a run that are waiting or under way. */
  queued(runId: string): Pick<QueueItem, 'kind' | 'stepId' | 'state' | 'attempt'>[] {
    return this.get(QueueStore)
      .ofRun(runId)
      .map(({ kind, stepId, state, attempt }) => ({ kind, stepId, state, attempt }));
  }

  run(runId: string): Run {
    return this.get(RunStore).getOrThrow(runId);
  }

  /** Cancels all runs that have not ended, so that the next spec finds an empty queue. */
  endRuns(): void {
    this.transaction(() => {
      for (const id of this.functionIds)
        for (const run of this.get(RunStore).unfinishedPage(id, { after: '', last: '~' }, 100))
          this.get(RunProgress).cancel(run, 'the spec is over');
    });
    this.turn();
  }

  /** The runs that an event has started. */
  runsOf(eventId: string): Run[] {
    return this.get(RunStore).ofEvent(eventId);
  }

  /** What the next calls of a run carry of a step; undefined while it has no result. */
  memo(runId: string, stepId: string): unknown {
    const json = this.get(StepStore).get(runId, stepId)?.memo;
    return json == null ? undefined : JSON.parse(json);
  }

  /** How long from now the timer is set; undefined when there is no such timer. */
  timeTo(timerId: string): number | undefined {
    const at = this.get(TimerStore).get(timerId)?.at;
    return at === undefined ? undefined : at - this.clock.now();
  }

  transaction<T>(work: () => T): T {
    return this.file.db.transaction(work);
  }

  async close(): Promise<void> {
    await this.get(Dispatcher).drain(0);
    await this.module.close();
    this.file.close();
  }

  private answer(call: Call): Promise<Answer> {
    this.calls.push(call);
    return this.clock.calling('the app', (headers) =>
      this.clock.serving(headers, async () => this.app(call)),
    );
  }
}
