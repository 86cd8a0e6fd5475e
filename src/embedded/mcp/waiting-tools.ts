import { Injectable } from '@nestjs/common';
import type { PendingCall } from '../api/v2/answer-types/trace.js';
import { ClockMoves } from '../api/v2/clock-moves.js';
import { RunTrace } from '../api/v2/run-trace.js';
import { V2Answers } from '../api/v2/v2-answer.js';
import { hasEnded, type Run } from '../store/run.store.js';
import { EventTools } from './event-tools.js';
import { RunStatuses, type RunStatusView } from './run-statuses.js';
import { RUN_ID, takes, textOf, ToolError, type Arguments, type Tool, type ToolGroup } from './tool.js';

const EITHER = 'Send either "runId" or "eventId".';

/** Explains why runs and events do not go on. Only this server has this tool. */
@Injectable()
export class WaitingTools implements ToolGroup {
  readonly tools: readonly Tool[] = [
    {
      name: 'why_is_it_waiting',
      title: 'Say why something waits',
      description:
        'Says why a run does not go on (a retry, a sleep, a throttle, a concurrency limit, a paused function, an app that ' +
        'is away, …) and until when, or why an event has started no run. Send runId or eventId.',
      inputSchema: takes({
        runId: RUN_ID,
        eventId: { type: 'string', description: 'The id of an event, such as send_event returns' },
      }),
      isReadOnly: true,
      call: (args) => this.why(args),
    },
  ];

  constructor(
    private readonly answers: V2Answers,
    private readonly statuses: RunStatuses,
    private readonly traces: RunTrace,
    private readonly events: EventTools,
    private readonly clock: ClockMoves,
  ) {}

  private why(args: Arguments): object {
    const [runId, eventId] = [textOf(args['runId']), textOf(args['eventId'])];
    if (runId !== undefined && eventId !== undefined) throw new ToolError(EITHER);
    const clock = this.clock.arePossible ? this.clock.state() : undefined;
    if (runId !== undefined) return { ...this.ofRun(runId), clock };
    if (eventId !== undefined) return { ...this.ofEvent(eventId), clock };
    throw new ToolError(EITHER);
  }

  private ofRun(runId: string): object {
    const run = this.answers.run(runId);
    const status = this.statuses.of(run);
    const pendingCalls = this.traces.pendingCalls(run);
    return {
      runId,
      functionId: status.functionId,
      status: status.status,
      isWaiting: status.waiting !== undefined,
      reason: status.waiting?.reason ?? withoutWait(run, status, pendingCalls),
      until: status.waiting?.until,
      attempt: status.waiting?.attempt,
      waitingSteps: status.steps.filter((step) => step.status === 'waiting'),
      pendingCalls,
    };
  }

  private ofEvent(eventId: string): object {
    const { name, waiting, outcomes } = this.events.outcomes(eventId);
    const open = outcomes.flatMap(({ run }) =>
      run && !['COMPLETED', 'FAILED', 'CANCELLED'].includes(run.status) ? [this.ofRun(run.id)] : [],
    );
    return {
      eventId,
      eventName: name,
      isWaiting: waiting !== undefined || outcomes.some(({ run }) => run === undefined) || open.length > 0,
      reason:
        waiting ??
        (outcomes.length === 0
          ? 'It was delivered, but no registered function has a trigger that matches it.'
          : 'It was delivered. "outcomes" shows its runs, or the reasons why there are none.'),
      outcomes,
      runs: open,
    };
  }
}

/** A sentence about a run that does not wait. */
function withoutWait(run: Run, { status, reason }: RunStatusView, calls: readonly PendingCall[]): string {
  if (hasEnded(run))
    return reason === undefined ? `It has ended: ${status}.` : `It has ended: ${status}, ${reason}.`;
  const call = calls.find(({ state }) => state === 'running');
  if (call)
    return `It does not wait: a call to its app is under way since ${call.startedAt ?? call.queuedAt}.`;
  return 'It does not wait: the server is about to make its next call.';
}
