import { Injectable } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { Database } from '../store/database.js';
import { TimerStore, type Timer } from '../store/timer.store.js';
import { Bell } from './bell.js';

export type TimerHandler = (timer: Timer) => void;

/** How many timers are looked up at once; those of one moment that are more follow right after. */
const DUE_AT_ONCE = 500;

/** Things that happen at a moment of their own. Each kind has one handler; it runs in a transaction of its own. */
@Injectable()
export class Timers {
  private readonly handlers = new Map<string, TimerHandler>();

  constructor(
    private readonly store: TimerStore,
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly bell: Bell,
  ) {}

  on(kind: string, handler: TimerHandler): void {
    this.handlers.set(kind, handler);
  }

  set(timer: Omit<Timer, 'clock'> & { clock?: Timer['clock'] }): void {
    this.store.set({ clock: 'due', ...timer });
    this.bell.ring();
  }

  remove(id: string): void {
    this.store.remove(id);
  }

  /** Does what is due now. */
  fireDue(): void {
    for (;;) {
      const due = this.store.due(this.clock.now(), DUE_AT_ONCE);
      if (due.length === 0) return;
      for (const timer of due) this.fire(timer);
    }
  }

  private fire({ id }: Timer): void {
    this.db.transaction(() => {
      // An earlier one of the same moment may have removed or moved it.
      const timer = this.store.get(id);
      if (!timer || timer.at > this.clock.now()) return;
      this.store.remove(id);
      const handler = this.handlers.get(timer.kind);
      if (!handler) throw new Error(`No handler for timers of kind "${timer.kind}".`);
      handler(timer);
    });
  }
}
