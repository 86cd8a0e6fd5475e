import { Global, Module, type DynamicModule } from '@nestjs/common';
import { ActivityStore } from './activity.store.js';
import { AppStore } from './app.store.js';
import { CancellationStore } from './cancellation.store.js';
import { Database } from './database.js';
import { DeferralStore } from './deferral.store.js';
import { EventStore } from './event.store.js';
import { FlowStore } from './flow.store.js';
import { JobStore } from './job.store.js';
import { LimitStore } from './limit.store.js';
import { EndedSessionStore } from './ended-session.store.js';
import { MetaStore } from './meta.store.js';
import { OutboxStore } from './outbox.store.js';
import { PauseStore } from './pause.store.js';
import { QueueStore } from './queue.store.js';
import { RetentionStore } from './retention.store.js';
import { RunListStore } from './run-list.store.js';
import { RunStore } from './run.store.js';
import { SlotStore } from './slot.store.js';
import { StepStore } from './step.store.js';
import { TimerStore } from './timer.store.js';
import { WaitStore } from './wait.store.js';

const stores = [
  ActivityStore,
  AppStore,
  CancellationStore,
  DeferralStore,
  EventStore,
  FlowStore,
  JobStore,
  LimitStore,
  EndedSessionStore,
  MetaStore,
  OutboxStore,
  PauseStore,
  QueueStore,
  RetentionStore,
  RunListStore,
  RunStore,
  SlotStore,
  StepStore,
  TimerStore,
  WaitStore,
];

/** Provides the stores, which read and write everything that must survive a restart. */
@Global()
@Module({})
export class StoreModule {
  /** @param db the open data file. The caller closes it */
  static forRoot(db: Database): DynamicModule {
    return {
      module: StoreModule,
      providers: [{ provide: Database, useValue: db }, ...stores],
      exports: [Database, ...stores],
    };
  }
}
