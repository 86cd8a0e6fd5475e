import { Injectable } from '@nestjs/common';
import { FunctionPauses } from '../../functions/function-pauses.js';
import { FunctionRegistry } from '../../functions/function-registry.js';
import type { StoredEvent } from '../../protocol/event.js';
import { EventStore, type Outcome } from '../../store/event.store.js';
import { OutboxStore } from '../../store/outbox.store.js';
import { RunStore } from '../../store/run.store.js';
import { waitingOf } from '../shared/event-waiting.js';
import { iso } from '../shared/run-views.js';
import type { EventView, OutcomeView } from './answer-types/event.js';

/** Makes the API's views of events from the store's rows. */
@Injectable()
export class EventViews {
  constructor(
    private readonly events: EventStore,
    private readonly runs: RunStore,
    private readonly functions: FunctionRegistry,
    private readonly outbox: OutboxStore,
    private readonly pauses: FunctionPauses,
  ) {}

  of(event: StoredEvent): EventView {
    const waiting = waitingOf(this.outbox, event.internalId);
    return {
      id: event.internalId,
      senderId: event.id === event.internalId ? undefined : event.id,
      name: event.name,
      data: event.data,
      ts: iso(event.ts),
      receivedAt: iso(event.receivedAt),
      isInternal: event.internal,
      ...(waiting !== undefined && { waiting }),
      outcomes: this.events.outcomes(event.internalId).map((outcome) => this.outcome(outcome)),
    };
  }

  private outcome({ functionId, runId, reason, at }: Outcome): OutcomeView {
    const fn = this.functions.byId(functionId);
    const pause = this.pauses.of(functionId);
    const isHeld = pause !== undefined && runId === undefined && reason?.startsWith('skipped') === false;
    const run = runId === undefined ? undefined : this.runs.get(runId);
    return {
      app: { id: fn?.app.name ?? '' },
      function: { id: fn?.shortId ?? functionId, name: fn?.name ?? functionId },
      run: run && { id: run.id, status: run.status },
      reason: isHeld ? `${reason}; the function is paused since ${iso(pause.pausedAt)}` : reason,
      at: iso(at),
    };
  }
}
