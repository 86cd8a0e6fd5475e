import { Injectable } from '@nestjs/common';
import { isRecord } from '../../common/is-record.js';
import { RunViews } from '../api/shared/run-views.js';
import { STATUS_WORDS } from '../api/v1/v1-run.js';
import type { Waiting } from '../api/v2/answer-types/run.js';
import type { Span } from '../api/v2/answer-types/trace.js';
import { RunTrace } from '../api/v2/run-trace.js';
import { V2Answers } from '../api/v2/v2-answer.js';
import type { Run } from '../store/run.store.js';

/** A step of a run, in the form of the Dev Server's tools. Times are in ISO 8601. */
export interface StepStatus {
  stepName: string;
  /** The hashed id, which `replay_from_step` accepts. */
  stepId: string;
  /** In lower case, such as `completed`, `failed` or `waiting`. */
  status: string;
  startedAt?: string | undefined;
  endedAt?: string | undefined;
  /** The number of the last attempt, counted from 0. */
  attempt: number;
  output?: unknown;
  error?: string | undefined;
  /** When a sleep ends or a wait times out. */
  until?: string | undefined;
  invokedRunId?: string | undefined;
}

/** A run with its steps, in the form of the Dev Server's tools. Times are in ISO 8601. */
export interface RunStatusView {
  runId: string;
  /** `<app>-<function>`. */
  functionId: string;
  functionName: string;
  /** `Scheduled`, `Running`, `Completed`, `Failed` or `Cancelled`. */
  status: string;
  queuedAt: string;
  startedAt?: string | undefined;
  endedAt?: string | undefined;
  eventId?: string | undefined;
  eventName: string;
  steps: StepStatus[];
  output?: unknown;
  error?: string | undefined;
  /** Why it does not go on now. */
  waiting?: Waiting | undefined;
  /** Why it was cancelled. */
  reason?: string | undefined;
  originalRunId?: string | undefined;
}

/** Makes the tools' views of runs. */
@Injectable()
export class RunStatuses {
  constructor(
    private readonly views: RunViews,
    private readonly traces: RunTrace,
    private readonly answers: V2Answers,
  ) {}

  /** @throws V2Exception 400 for an invalid id, 404 for an unknown run */
  byId(runId: string): RunStatusView {
    return this.of(this.answers.run(runId));
  }

  of(run: Run): RunStatusView {
    const view = this.views.of(run, true);
    return {
      runId: view.id,
      functionId: view.app.id === '' ? view.function.id : `${view.app.id}-${view.function.id}`,
      functionName: view.function.name,
      status: STATUS_WORDS[view.status],
      queuedAt: view.queuedAt,
      startedAt: view.startedAt,
      endedAt: view.endedAt,
      eventId: view.trigger.eventIds[0],
      eventName: view.trigger.eventName,
      steps: (this.traces.of(run, true).children ?? []).filter(isStep).map(stepStatus),
      output: view.output,
      error: view.status === 'FAILED' ? errorOf(view.output) : undefined,
      waiting: view.waiting,
      reason: view.reason,
      originalRunId: view.originalRunId,
    };
  }
}

type StepSpan = Span & { stepId: string };

/** Whether the span is a step. The attempts of the function outside its steps are not. */
function isStep(span: Span): span is StepSpan {
  return span.stepId !== undefined;
}

function stepStatus({ name, stepId, status, children = [], ...span }: StepSpan): StepStatus {
  const output = span.output ?? children.at(-1)?.output;
  const hasFailed = status === 'FAILED' || children.at(-1)?.status === 'FAILED';
  return {
    stepName: name,
    stepId,
    status: status.toLowerCase(),
    startedAt: span.startedAt,
    endedAt: span.endedAt,
    attempt: Math.max(0, children.length - 1),
    output: hasFailed ? undefined : output,
    error: hasFailed ? errorOf(output) : undefined,
    until: span.until,
    invokedRunId: span.invokedRunId,
  };
}

/** The message of an error; an output of another form as JSON. */
function errorOf(output: unknown): string | undefined {
  if (output === undefined) return undefined;
  const message = isRecord(output) ? output['message'] : undefined;
  return typeof message === 'string' ? message : JSON.stringify(output);
}
