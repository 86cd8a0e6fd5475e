import { Injectable } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { Outbox } from '../outbox/outbox.js';
import { Timers } from '../timers/timers.js';
import { Ids } from '../store/ids.js';
import { InternalEvent } from '../protocol/event.js';
import { isRecord } from '../../common/is-record.js';
import { TimerStore } from '../store/timer.store.js';
import type { AppFunction } from '../functions/app-function.js';
import { FunctionRegistry } from '../functions/function-registry.js';

const CRON = 'cron';

/** Starts the runs of functions with a schedule. If the server missed ticks while it was down, it makes up one of them. */
@Injectable()
export class CronTriggers {
  constructor(
    private readonly timers: Timers,
    private readonly stored: TimerStore,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly ids: Ids,
    functions: FunctionRegistry,
  ) {
    timers.on(CRON, ({ payload }) => {
      if (!isRecord(payload)) return;
      const fn = functions.byId(String(payload['functionId']));
      if (!fn || fn.archivedAt !== null) return;
      this.tick(fn, String(payload['cron']), Number(payload['scheduledAt'] ?? 0));
    });
  }

  /** Sets the timers for the registered functions of an app. A schedule that was registered before keeps its next tick. */
  replace(appId: string, functions: readonly AppFunction[]): void {
    const wanted = new Map(
      functions.flatMap((fn) =>
        fn.triggers.flatMap((trigger) =>
          trigger.kind === 'cron' ? [[timerId(appId, fn.id, trigger.cron), { fn, trigger }] as const] : [],
        ),
      ),
    );
    for (const id of this.stored.idsOf(CRON)) {
      if (id.startsWith(`${CRON}:${appId}:`) && !wanted.has(id)) this.stored.remove(id);
    }
    for (const [id, { fn, trigger }] of wanted) {
      if (!this.stored.get(id)) this.setNext(fn, trigger.cron, this.clock.now());
    }
  }

  /** @param scheduledAt the time of the tick, without its jitter */
  private tick(fn: AppFunction, cron: string, scheduledAt: number): void {
    this.outbox.announce({ name: InternalEvent.ScheduledTimer, data: { cron } }, fn.id);
    this.setNext(fn, cron, scheduledAt);
  }

  /** @param after the time of the previous tick, without its jitter */
  private setNext(fn: AppFunction, cron: string, after: number): void {
    const trigger = fn.triggers.find((candidate) => candidate.kind === 'cron' && candidate.cron === cron);
    if (trigger?.kind !== 'cron') return;
    const { jitterMs } = trigger.schedule;
    // If jitter has delayed this tick, the next tick must not be skipped. Ticks that were missed for longer are skipped.
    const at = trigger.schedule.next(Math.max(after, this.clock.now() - jitterMs));
    if (at === undefined) return;
    const id = timerId(fn.app.id, fn.id, cron);
    const jitter = Math.floor(this.ids.chance() * jitterMs);
    const payload = { functionId: fn.id, cron, scheduledAt: at };
    this.timers.set({ id, kind: CRON, at: at + jitter, scale: 'wall', clock: 'tick', runId: null, payload });
  }
}

function timerId(appId: string, functionId: string, cron: string): string {
  return `${CRON}:${appId}:${functionId}:${cron}`;
}
