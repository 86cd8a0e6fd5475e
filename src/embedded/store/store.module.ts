import { Global, Module } from '@nestjs/common';
import { EmbeddedOptions } from '../embedded-options.js';
import { AppStore } from './app.store.js';
import { Database } from './database.js';
import { EventStore } from './event.store.js';
import { FlowStore } from './flow.store.js';
import { openDatabase } from './open-database.js';
import { QueueStore } from './queue.store.js';
import { RunStore } from './run.store.js';
import { StepStore } from './step.store.js';
import { TimerStore } from './timer.store.js';
import { WaitStore } from './wait.store.js';

const stores = [AppStore, EventStore, FlowStore, QueueStore, RunStore, StepStore, TimerStore, WaitStore];

/** What must survive a restart. */
@Global()
@Module({
  providers: [
    {
      provide: Database,
      inject: [EmbeddedOptions],
      useFactory: ({ dataFile }: EmbeddedOptions) => openDatabase(dataFile),
    },
    ...stores,
  ],
  exports: [Database, ...stores],
})
export class StoreModule {}
