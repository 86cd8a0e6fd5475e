import { Global, Module } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { EmbeddedOptions } from '../embedded-options.js';
import { ActivityStore } from './activity.store.js';
import { AppStore } from './app.store.js';
import { openDataFile, type DataFile } from './data-file.js';
import { Database } from './database.js';
import { EventStore } from './event.store.js';
import { FlowStore } from './flow.store.js';
import { QueueStore } from './queue.store.js';
import { RetentionStore } from './retention.store.js';
import { RunListStore } from './run-list.store.js';
import { RunStore } from './run.store.js';
import { StepStore } from './step.store.js';
import { TimerStore } from './timer.store.js';
import { WaitStore } from './wait.store.js';

const stores = [
  ActivityStore,
  AppStore,
  EventStore,
  FlowStore,
  QueueStore,
  RetentionStore,
  RunListStore,
  RunStore,
  StepStore,
  TimerStore,
  WaitStore,
];

/** The open {@link DataFile}. */
export const DATA_FILE = Symbol('DATA_FILE');

/** What must survive a restart. */
@Global()
@Module({
  providers: [
    {
      provide: DATA_FILE,
      inject: [EmbeddedOptions, Clock],
      useFactory: ({ dataFile, synchronous, host, port }: EmbeddedOptions, clock: Clock) =>
        openDataFile(dataFile, {
          owner: `process ${process.pid}, http://${host}:${port}`,
          now: clock.now(),
          synchronous,
        }),
    },
    { provide: Database, inject: [DATA_FILE], useFactory: ({ db }: DataFile) => db },
    ...stores,
  ],
  exports: [DATA_FILE, Database, ...stores],
})
export class StoreModule {}
