import { Injectable } from '@nestjs/common';
import { FunctionRegistry } from '../apps/function-registry.js';
import { RunProgress } from '../execution/run-progress.js';
import { RunStarter } from '../execution/run-starter.js';
import { Database } from '../store/database.js';
import { hasEnded, RunStore, type Run } from '../store/run.store.js';

/** What people can do to a run. */
@Injectable()
export class RunCommands {
  constructor(
    private readonly db: Database,
    private readonly runs: RunStore,
    private readonly functions: FunctionRegistry,
    private readonly starter: RunStarter,
    private readonly progress: RunProgress,
  ) {}

  /** Cancels a run; one that has ended stays as it is. A call under way is not interrupted, its answer is dropped. */
  cancel(run: Run, reason = 'cancelled by a request'): void {
    if (hasEnded(run)) return;
    this.db.transaction(() => this.progress.cancel(run, reason));
  }

  /** Runs the function again with the same events, whatever idempotency says. Undefined when it is gone. */
  replay(run: Run): Run | undefined {
    const fn = this.functions.byId(run.functionId);
    const events = this.runs.eventsOf(run.id);
    if (!fn || fn.archivedAt !== null || events.length === 0) return undefined;
    return this.db.transaction(() =>
      this.starter.start(fn, events, { originalRunId: run.originalRunId ?? run.id, keepOutcome: true }),
    );
  }
}
