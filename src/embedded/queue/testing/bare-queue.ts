import type { Clock } from '../../../clock/index.js';
import type { AppFunction } from '../../functions/app-function.js';
import { AppPresence } from '../../functions/app-presence.js';
import { FunctionPauses } from '../../functions/function-pauses.js';
import { AppCapacity } from '../../functions/app-capacity.js';
import type { FunctionRegistry } from '../../functions/function-registry.js';
import {
  concurrencySlots,
  parseFlowControl,
  prioritySeconds,
  throttleKey,
} from '../../flow-control/index.js';
import { Ids } from '../../store/ids.js';
import { openDataFile } from '../../store/data-file.js';
import type { Database } from '../../store/database.js';
import { FlowStore } from '../../store/flow.store.js';
import { LimitTree } from '../limit-tree.js';
import { Lanes } from '../lanes.js';
import { QueuedCalls } from '../queued-calls.js';
import { LimitStore } from '../../store/limit.store.js';
import { PauseStore } from '../../store/pause.store.js';
import { QueueStore, type QueueItem } from '../../store/queue.store.js';
import type { Run, RunStore } from '../../store/run.store.js';
import { SlotStore } from '../../store/slot.store.js';
import { Wakeup } from '../../notices/notices.js';
import { CallQueue } from '../call-queue.js';
import { WaitReasons } from '../wait-reasons.js';

/** The time at which a {@link BareQueue} begins, in milliseconds since 1970. */
export const START = Date.UTC(2026, 0, 1);

/** A queue with its stores and without the rest of the server. A test sets the time in {@link now}. */
export class BareQueue {
  now = START;
  queue!: CallQueue;
  presence!: AppPresence;
  pauses!: FunctionPauses;
  reasons!: WaitReasons;
  slots!: SlotStore;
  readonly db: Database;
  private readonly file = openDataFile(':memory:', { now: START });
  private readonly functions: AppFunction[];
  private items!: QueueStore;
  private readonly runs = new Map<string, Run>();

  /** @param configs the functions as an app registers them; `app` names their app, by default "app" */
  constructor(configs: readonly object[]) {
    this.db = this.file.db;
    this.functions = configs.map(
      ({ app = 'app', ...config }: { app?: string }, index) =>
        ({ id: `fn-${index}`, app: { id: app }, flow: parseFlowControl('fn', config) }) as AppFunction,
    );
    this.begin();
  }

  /** Makes the queue anew, as a process does that starts. */
  begin(): void {
    const time = (): number => this.now;
    const same = (at: number): number => at;
    const clock = { now: time, steady: time, toWall: same, toSteady: same } as Clock;
    const limits = new LimitStore(this.db);
    this.slots = new SlotStore(this.db);
    const tree = new LimitTree(limits);
    const lanes = new Lanes(this.db, limits, this.slots, tree);
    this.pauses = new FunctionPauses(new PauseStore(this.db));
    const runs = { getOrThrow: (id) => this.run(id), get: (id) => this.runs.get(id) } as RunStore;
    this.items = new QueueStore(this.db);
    this.presence = new AppPresence(clock);
    const functions = { byId: (id) => this.functions.find((fn) => fn.id === id) } as FunctionRegistry;
    const capacity = new AppCapacity();
    this.queue = new CallQueue(
      this.db,
      this.items,
      new QueuedCalls(this.items, lanes),
      lanes,
      tree,
      limits,
      this.slots,
      new FlowStore(this.db),
      runs,
      functions,
      this.presence,
      capacity,
      this.pauses,
      clock,
      new Ids(clock),
      new Wakeup(this.db),
    );
    this.reasons = new WaitReasons(
      this.items,
      lanes,
      tree,
      this.slots,
      functions,
      capacity,
      this.pauses,
      runs,
      clock,
    );
  }

  /** Starts a run of the function with this index. Returns the run's id. */
  start(fn: number, data: object): string {
    const { id: functionId, flow } = this.functions[fn] as AppFunction;
    const variables = { event: { data } };
    const run = {
      id: `run-${this.runs.size}`,
      functionId,
      queuedAt: this.now,
      startedAt: null,
      priority: prioritySeconds(flow.priority, variables, this.now),
      slots: concurrencySlots(functionId, flow.concurrency, variables, this.now),
      throttleKey: flow.throttle ? throttleKey(flow.throttle, variables, this.now) : null,
    } as Run;
    this.runs.set(run.id, run);
    this.db.transaction(() => this.queue.enqueueStart(run));
    return run.id;
  }

  run(id: string): Run {
    return this.runs.get(id) as Run;
  }

  take(): ReturnType<CallQueue['take']> {
    return this.db.transaction(() => this.queue.take('request'));
  }

  /** Takes all calls that may be made now. */
  takeAll(): QueueItem[] {
    const taken: QueueItem[] = [];
    for (;;) {
      const item = this.take();
      if (item === undefined) return taken;
      if (item !== 'later') taken.push(item);
    }
  }

  /** The sentence that says why the run's call waits. */
  reason(runId: string): string | undefined {
    const [item] = this.items.ofRun(runId);
    return item && this.reasons.of(item);
  }

  /**
   * Does what a server does that starts after it was killed. `isOldFile`: a version without a tree of limits wrote the
   * file.
   */
  restart({ isOldFile = false, areSuspect = false } = {}): void {
    if (isOldFile) this.db.script('DELETE FROM gate; DELETE FROM lane; UPDATE queue_item SET lane = 0;');
    this.begin();
    while (this.db.transaction(() => this.queue.recover(areSuspect)));
  }

  close(): void {
    this.file.close();
  }
}
