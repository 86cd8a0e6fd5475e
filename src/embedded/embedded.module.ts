import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { AccessGuard } from './access/access.guard.js';
import { ApiGuard } from './access/api.guard.js';
import { Callers } from './access/callers.js';
import { Sessions } from './access/sessions.js';
import { SigningKeyGuard } from './access/signing-key.guard.js';
import { WrongKeys } from '../guards/index.js';
import { ClockModule, type Clock } from '../clock/index.js';
import { AnswerBudget, BodiesModule, BodyReader } from '../common/bodies/index.js';
import { controllers, apiProviders } from './api-parts.js';
import { KnownParameters } from './api/shared/known-parameters.js';
import { ErrorBodyFilter } from './api/error-body.filter.js';
import { StoreUnavailableFilter } from './api/store-unavailable.filter.js';
import { Upgrades } from './access/upgrades.js';
import { ConnectedCaller } from './connections/connected-caller.js';
import { Connections } from './connections/connections.js';
import { CapacityFreed } from './connections/capacity-freed.js';
import { ConnectTiming } from './connections/connect-timing.js';
import { GatewaySockets } from './gateway/gateway-sockets.js';
import { SessionTokens } from './gateway/session-tokens.js';
import { AppCapacity } from './functions/app-capacity.js';
import { AppPresence } from './functions/app-presence.js';
import { AddressChanges } from './registration/address-changes.js';
import { SyncRequests } from './registration/sync-requests.js';
import { AppDiscovery } from './registration/app-discovery.js';
import { AppSync } from './registration/app-sync.js';
import { AppWatch } from './registration/app-watch.js';
import { CronTriggers } from './registration/cron-triggers.js';
import { FunctionPauses } from './functions/function-pauses.js';
import { FunctionRegistry } from './functions/function-registry.js';
import { Registration } from './registration/registration.js';
import { SessionController } from './dashboard/session.controller.js';
import { DashboardController } from './dashboard/dashboard.controller.js';
import { McpController, mcpProviders } from './mcp/index.js';
import { JSON_LIMITS } from './settings/body-limits.js';
import { EmbeddedOptions } from './settings/embedded-options.js';
import { EventDelivery } from './intake/event-delivery.js';
import { EventIntake } from './intake/event-intake.js';
import { MatchingWaits } from './intake/matching-waits.js';
import { JobRunner } from './jobs/job-runner.js';
import { ConfigurationChanges } from './registration/configuration-changes.js';
import { FunctionPausing } from './starts/function-pausing.js';
import { FunctionScheduler } from './starts/function-scheduler.js';
import { Outbox } from './outbox/outbox.js';
import { Deliveries } from './intake/deliveries.js';
import { DataFileWatch } from './faults/data-file-watch.js';
import { PatientStore } from './faults/patient-store.js';
import { SetAside } from './faults/set-aside.js';
import { Lanes } from './queue/lanes.js';
import { LimitTree } from './queue/limit-tree.js';
import { QueuedCalls } from './queue/queued-calls.js';
import { TurnWork } from './timers/turn-work.js';
import { AnswerApplier } from './answers/answer-applier.js';
import { ProcessEnd } from './answers/process-end.js';
import { AppCaller } from './calls/app-caller.js';
import { Backoff } from './queue/backoff.js';
import { Wakeup, Changes } from './notices/notices.js';
import { CallBuilder } from './calls/call-builder.js';
import { CallDescriptions } from './calls/call-descriptions.js';
import { CallQueue } from './queue/call-queue.js';
import { CallsUnderWay } from './calls/calls-under-way.js';
import { Alarms } from './calls/alarms.js';
import { Dispatcher } from './calls/dispatcher.js';
import { ForcedFailures } from './calls/forced-failures.js';
import { Recovery } from './calls/recovery.js';
import { LimitChanges } from './queue/limit-changes.js';
import { opHandlers } from './ops/index.js';
import { OpTable } from './ops/op-table.js';
import { Retention } from './runs/retention.js';
import { RunCancellations } from './runs/run-cancellations.js';
import { RunExecutor } from './calls/run-executor.js';
import { RunProgress } from './runs/run-progress.js';
import { RunStarter } from './starts/run-starter.js';
import { TimeoutTimers } from './runs/timeout-timers.js';
import { Signals } from './runs/signals.js';
import { StepRequests } from './ops/step-requests.js';
import { StepTiming } from './runs/step-timing.js';
import { StoredSetBack } from './timers/stored-set-back.js';
import { AppTime } from './timers/app-time.js';
import { Timers } from './timers/timers.js';
import { QueueDepth } from './queue/queue-depth.js';
import { WaitReasons } from './queue/wait-reasons.js';
import { Ids } from './store/ids.js';
import type { Database } from './store/database.js';
import { RealtimeHub } from './realtime/realtime-hub.js';
import { RealtimeSockets } from './realtime/realtime-sockets.js';
import { RealtimeTokens } from './realtime/realtime-tokens.js';
import { StoreModule } from './store/store.module.js';

/**
 * How the folders handle one event: `api/` receives it; `api/direct-routes.ts` answers plain requests before Nest. `intake/`
 * stores the event and its row in the outbox, and delivers it, usually in the same transaction. `starts/` starts a run of
 * each function that matches. `queue/` holds the run's first call. `calls/` takes the call, in that transaction too, and
 * calls the app. `answers/`, `ops/` and `runs/` apply the answer in one transaction, which also queues and takes the next
 * call.
 */
@Module({})
export class EmbeddedModule {
  static forRoot(options: EmbeddedOptions, clock: Clock, db: Database): DynamicModule {
    return {
      module: EmbeddedModule,
      imports: [
        ClockModule.forRoot(clock),
        StoreModule.forRoot(db),
        OptionsModule.forRoot(options),
        BodiesModule.forRoot(new BodyReader(options.bodies), JSON_LIMITS, [KnownParameters]),
      ],
      controllers: [...controllers, McpController, DashboardController, SessionController],
      providers: [
        Ids,
        // access
        ApiGuard,
        Callers,
        Sessions,
        SigningKeyGuard,
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: WrongKeys, useValue: new WrongKeys(clock) },
        // registration and intake
        AddressChanges,
        SyncRequests,
        AppDiscovery,
        AppSync,
        AppWatch,
        ConfigurationChanges,
        CronTriggers,
        Registration,
        Deliveries,
        EventDelivery,
        EventIntake,
        MatchingWaits,
        // starts
        FunctionPausing,
        FunctionScheduler,
        RunStarter,
        // calls
        { provide: AnswerBudget, useFactory: () => new AnswerBudget(options.bodies?.allBytes) },
        AppCaller,
        CallBuilder,
        CallDescriptions,
        ConnectedCaller,
        Connections,
        ConnectTiming,
        CapacityFreed,
        CallsUnderWay,
        Alarms,
        Dispatcher,
        ForcedFailures,
        Recovery,
        RunExecutor,
        // answers, ops and runs
        AnswerApplier,
        OpTable,
        ProcessEnd,
        StepRequests,
        Retention,
        RunCancellations,
        RunProgress,
        Signals,
        StepTiming,
        TimeoutTimers,
        // the queue
        Backoff,
        CallQueue,
        Lanes,
        LimitChanges,
        LimitTree,
        QueuedCalls,
        QueueDepth,
        WaitReasons,
        // shared by all of these
        AppPresence,
        AppCapacity,
        AppTime,
        Changes,
        DataFileWatch,
        FunctionPauses,
        FunctionRegistry,
        JobRunner,
        Outbox,
        PatientStore,
        SetAside,
        StoredSetBack,
        Timers,
        TurnWork,
        Wakeup,
        ...opHandlers,
        ...apiProviders,
        ...mcpProviders,
        // WebSockets
        GatewaySockets,
        SessionTokens,
        Upgrades,
        RealtimeHub,
        RealtimeSockets,
        RealtimeTokens,
        // Nest tries the last filter first.
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
