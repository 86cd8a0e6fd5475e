import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { ClockModule, type Clock } from '../clock/index.js';
import { controllers, apiProviders } from './api/index.js';
import { ErrorBodyFilter } from './api/error-body.filter.js';
import { StoreUnavailableFilter } from './api/store-unavailable.filter.js';
import { AppPresence } from './apps/app-presence.js';
import { AppSync } from './apps/app-sync.js';
import { CronTriggers } from './apps/cron-triggers.js';
import { FunctionRegistry } from './apps/function-registry.js';
import { Registration } from './apps/registration.js';
import { DashboardController } from './dashboard/dashboard.controller.js';
import { EmbeddedOptions } from './embedded-options.js';
import { EventDelivery } from './events/event-delivery.js';
import { EventIntake } from './events/event-intake.js';
import { FunctionScheduler } from './events/function-scheduler.js';
import { Announcements } from './execution/announcements.js';
import { AnswerApplier } from './execution/answer-applier.js';
import { AppCaller } from './execution/app-caller.js';
import { Backoff } from './execution/backoff.js';
import { Bell, Changes } from './execution/bell.js';
import { CallBuilder } from './execution/call-builder.js';
import { CallQueue } from './execution/call-queue.js';
import { Dispatcher } from './execution/dispatcher.js';
import { LimitChanges } from './execution/limit-changes.js';
import { opHandlers } from './execution/ops/index.js';
import { OpTable } from './execution/ops/op-table.js';
import { Retention } from './execution/retention.js';
import { RunCancellations } from './execution/run-cancellations.js';
import { RunExecutor } from './execution/run-executor.js';
import { RunProgress } from './execution/run-progress.js';
import { RunStarter } from './execution/run-starter.js';
import { RunTimeouts } from './execution/run-timeouts.js';
import { Signals } from './execution/signals.js';
import { StepRequests } from './execution/step-requests.js';
import { StepTiming } from './execution/step-timing.js';
import { Timers } from './execution/timers.js';
import { WaitReasons } from './execution/wait-reasons.js';
import { Ids } from './ids.js';
import type { Database } from './store/database.js';
import { RealtimeHub } from './realtime/realtime-hub.js';
import { RealtimeSockets } from './realtime/realtime-sockets.js';
import { RealtimeTokens } from './realtime/realtime-tokens.js';
import { StoreModule } from './store/store.module.js';

/**
 * The way of one task: an event is stored (`events/`), starts a run of each function that matches, waits in the queue
 * for its turn (`flow-control/`), the app is called and its answer applied in one transaction (`execution/`), which
 * queues the next call.
 */
@Module({})
export class EmbeddedModule {
  static forRoot(options: EmbeddedOptions, clock: Clock, db: Database): DynamicModule {
    return {
      module: EmbeddedModule,
      imports: [ClockModule.forRoot(clock), StoreModule.forRoot(db), OptionsModule.forRoot(options)],
      controllers: [...controllers, DashboardController],
      providers: [
        Ids,
        // apps
        FunctionRegistry,
        Registration,
        AppPresence,
        CronTriggers,
        AppSync,
        // events
        EventIntake,
        EventDelivery,
        FunctionScheduler,
        // execution
        Announcements,
        AnswerApplier,
        AppCaller,
        Backoff,
        Bell,
        Changes,
        CallBuilder,
        CallQueue,
        Dispatcher,
        LimitChanges,
        OpTable,
        Retention,
        RunCancellations,
        RunExecutor,
        RunProgress,
        RunStarter,
        RunTimeouts,
        Signals,
        StepRequests,
        StepTiming,
        Timers,
        WaitReasons,
        ...opHandlers,
        ...apiProviders,
        // realtime
        RealtimeHub,
        RealtimeSockets,
        RealtimeTokens,
        // Nest asks the last one first.
        { provide: APP_FILTER, useClass: ErrorBodyFilter },
        { provide: APP_FILTER, useClass: StoreUnavailableFilter },
      ],
    };
  }
}

@Module({})
class OptionsModule {
  static forRoot(options: EmbeddedOptions): DynamicModule {
    return {
      module: OptionsModule,
      global: true,
      providers: [{ provide: EmbeddedOptions, useValue: options }],
      exports: [EmbeddedOptions],
    };
  }
}
