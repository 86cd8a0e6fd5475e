import { Injectable } from '@nestjs/common';
import { isRecord } from '../../../common/is-record.js';
import { FunctionRegistry } from '../../functions/function-registry.js';
import { eventForApp, type AppEvent } from '../../protocol/event.js';
import { RunStore, type Run } from '../../store/run.store.js';
import { StepStore, type Step } from '../../store/step.store.js';
import { readStored } from '../../store/stored-json.js';
import { RunViews } from '../shared/run-views.js';
import type { ExportedRun, FixtureStep, RunFixture } from './answer-types/export.js';
import { RunTrace } from './run-trace.js';

/** Exports runs: everything about a run, or what the test server's `replay` needs. */
@Injectable()
export class RunExport {
  constructor(
    private readonly runs: RunStore,
    private readonly steps: StepStore,
    private readonly functions: FunctionRegistry,
    private readonly views: RunViews,
    private readonly traces: RunTrace,
  ) {}

  /** The run, its events, and its steps with their attempts and outputs. */
  of(run: Run): ExportedRun {
    return {
      run: this.views.of(run, true),
      events: this.eventsOf(run),
      trace: this.traces.of(run, true),
      pendingCalls: this.traces.pendingCalls(run),
    };
  }

  /** The events, and the steps: first those with a result, in the order in which they ended, then the others. */
  fixtureOf(run: Run): RunFixture {
    const order = this.steps.memos(run.id).map(({ id }) => id);
    const place = ({ id }: Step): number => (order.includes(id) ? order.indexOf(id) : order.length);
    return {
      function: this.functions.byId(run.functionId)?.shortId ?? run.functionId,
      events: this.eventsOf(run),
      steps: this.steps
        .ofRun(run.id)
        .toSorted((a, b) => place(a) - place(b))
        .map(fixtureStep),
    };
  }

  private eventsOf(run: Run): AppEvent[] {
    return this.runs.eventsOf(run.id).map(eventForApp);
  }
}

/** A memo is `{data}`, `{error}`, or the bare value of a sleep or a wait. */
function fixtureStep({ id, name, memo }: Step): FixtureStep {
  if (memo === null) return { id, name };
  const result = readStored(memo);
  const isWrapped =
    isRecord(result) && Object.keys(result).length === 1 && ('data' in result || 'error' in result);
  return isWrapped ? { id, name, ...result } : { id, name, data: result };
}
