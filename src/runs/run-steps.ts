import type { SpanRecord } from './run-record.js';
import { failureOf, type AttemptView, type StepView } from './run-view.js';

/**
 * The steps of a run in the order they began, from its trace.
 *
 * A trace has more in it than steps: the spans of the calls themselves, and for some steps the same attempt twice,
 * once under its step and once beside it (measured on Inngest 1.43). Steps are the spans with a step id.
 *
 * @param isOver whether the run has ended: a step whose last attempt failed is then not tried again
 */
export function stepsOf(trace: SpanRecord, isOver: boolean): StepView[] {
  const byStep = new Map<string, SpanRecord>();
  for (const span of trace.children) {
    if (span.stepId === undefined) continue;
    const known = byStep.get(span.stepId);
    if (known === undefined || (known.children.length === 0 && span.children.length > 0)) {
      byStep.set(span.stepId, span);
    }
  }
  const spans = [...byStep.values()].toSorted((a, b) => beginOf(a).localeCompare(beginOf(b)));
  return spans.map((span, i) => stepOf(span, isOver || i < spans.length - 1));
}

function stepOf(span: SpanRecord, isOver: boolean): StepView {
  const attempts = (span.children.length > 0 ? span.children : [span]).map(attemptOf);
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

function beginOf(span: SpanRecord): string {
  return span.startedAt ?? span.queuedAt ?? '';
}
