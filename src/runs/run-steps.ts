import type { SpanRecord } from './run-record.js';
import { failureOf, type AttemptView, type StepView } from './run-view.js';

/**
 * The steps of a run in the order of their starts, from its trace.
 *
 * A trace contains more than the steps: it has spans of the calls, and for some steps the same attempt twice, once
 * below its step and once next to it (measured on Inngest 1.43). Steps are the spans with a step id. An attempt below a
 * step starts when its call started, which may be before earlier steps of that call. An attempt next to a step starts
 * when the step itself did.
 *
 * @param isOver whether the run has ended; a step whose last attempt failed is then not retried
 */
export function stepsOf(trace: SpanRecord, isOver: boolean): StepView[] {
  const byStep = new Map<string, SpanRecord[]>();
  for (const span of trace.children) {
    if (span.stepId === undefined) continue;
    byStep.set(span.stepId, [...(byStep.get(span.stepId) ?? []), span]);
  }
  const steps = [...byStep.values()].map(stepSpans).toSorted((a, b) => compare(beginOf(a), beginOf(b)));
  return steps.map((step, i) => stepOf(step, isOver || i < steps.length - 1));
}

/** The spans of one step. */
interface StepSpans {
  span: SpanRecord;
  attempts: readonly SpanRecord[];
}

function stepSpans(spans: readonly SpanRecord[]): StepSpans {
  const span = (spans.find(({ children }) => children.length > 0) ?? spans[0]) as SpanRecord;
  if (span.children.length === 0) return { span, attempts: [span] };
  const beside = spans.filter(({ children }) => children.length === 0);
  return { span, attempts: span.children.map((attempt) => withOwnStart(attempt, beside)) };
}

function withOwnStart(attempt: SpanRecord, beside: readonly SpanRecord[]): SpanRecord {
  const { startedAt: from = '', endedAt: to } = attempt;
  const own = beside.find(
    ({ startedAt }) => startedAt !== undefined && startedAt >= from && (to === undefined || startedAt <= to),
  );
  return own ? { ...attempt, startedAt: own.startedAt } : attempt;
}

function stepOf({ span, attempts: spans }: StepSpans, isOver: boolean): StepView {
  const attempts = spans.map(attemptOf);
  const last = attempts.at(-1);
  const failed = last?.status === 'FAILED';
  const status = failed && !isOver ? 'WAITING' : (last?.status ?? 'QUEUED');
  return {
    id: span.name,
    status,
    startedAt: attempts[0]?.startedAt,
    endedAt: status === 'COMPLETED' || status === 'FAILED' ? last?.endedAt : undefined,
    ...(status === 'COMPLETED' ? { output: span.output ?? null } : {}),
    ...(failed ? { error: last.error } : {}),
    attempts,
  };
}

function attemptOf(span: SpanRecord, index: number): AttemptView {
  const number = /^Attempt (\d+)$/.exec(span.name)?.[1];
  const failed = span.status === 'FAILED' && span.endedAt !== undefined;
  return {
    attempt: number === undefined ? index : Number(number),
    status: attemptStatus(span, failed),
    startedAt: span.startedAt,
    endedAt: span.endedAt,
    ...(failed ? { error: failureOf(span.output) } : {}),
  };
}

function attemptStatus(span: SpanRecord, failed: boolean): AttemptView['status'] {
  if (failed) return 'FAILED';
  if (span.endedAt !== undefined) return 'COMPLETED';
  return span.startedAt === undefined ? 'QUEUED' : 'RUNNING';
}

function beginOf({ span, attempts: [first = span] }: StepSpans): string {
  return startOf(first);
}

function startOf(span: SpanRecord): string {
  return span.startedAt ?? span.queuedAt ?? '';
}

/** Compares ISO times as text, which orders them by time. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
