import { mismatches, type Server } from '../expectations.js';
import { isRecord } from '../../../src/common/is-record.js';
import type { RunExpectation } from '../scenario.js';

interface Span {
  name: string;
  status: string;
  stepId?: string;
  stepOp?: string;
  output?: unknown;
  children?: Span[];
}

/** The name of the span for the attempts of the function outside its steps. */
const FUNCTION_SPAN = 'Finalization';

/**
 * Checks the spans of steps. The real server adds another span for each attempt of a step that an app reported, and one without a
 * step for the function's answer. Only the first span of a step is checked, with the attempts below it.
 */
export function checkTrace(expected: RunExpectation, root: unknown, server: Server): string[] {
  if (!isRecord(root)) return ['trace: there is none'];
  const children = (root['children'] ?? []) as Span[];
  const steps = new Map<string, Span>();
  for (const span of children) {
    if (span.stepId !== undefined && !steps.has(span.stepId)) steps.set(span.stepId, span);
  }
  const seen = [...steps.values()].map((span) => ({
    name: span.name,
    op: span.stepOp,
    status: span.status,
    output: span.output,
    attempts: attemptsOf(span),
  }));
  const byName = (a: { name: string }, b: { name: string }): number => a.name.localeCompare(b.name);
  const spans = (expected.spans ?? []).map((span) => ({
    op: 'RUN',
    output: undefined,
    attempts: undefined,
    ...span,
  }));
  const functionSpan = children.find(({ name }) => name === FUNCTION_SPAN);
  return [
    ...mismatches(expected.status, root['status'], 'trace.status', server),
    ...mismatches(spans.toSorted(byName), seen.toSorted(byName), 'trace.steps', server),
    ...(expected.functionAttempts
      ? mismatches(
          expected.functionAttempts,
          functionSpan && attemptsOf(functionSpan),
          'trace.function',
          server,
        )
      : []),
  ];
}

function attemptsOf(span: Span): string[] | undefined {
  return span.children?.map(({ status }) => status);
}
