import { html } from 'htm/preact';
import { href } from '../data/route.js';
import { clockTime, duration, ordinal } from '../parts/format.js';
import { ErrorDetails, isError } from '../parts/error-details.js';
import { Json } from '../parts/json.js';
import { Status } from '../parts/status.js';
import { ReplayFromStep } from './replay-from-step.js';
import { attemptsOf, numberOf } from '../waterfall/segments.js';

/** @import { RunView } from '../../../api/v2/answer-types/run.js' */
/** @import { Span, Trace } from '../../../api/v2/answer-types/trace.js' */
/** @import { Row } from '../waterfall/lay-out.js' */

const OP_WORDS = /** @type {Record<string, string>} */ ({
  RUN: 'Step',
  SLEEP: 'Sleep',
  WAIT_FOR_EVENT: 'Wait for an event',
  WAIT_FOR_SIGNAL: 'Wait for a signal',
  INVOKE: 'Invoke a function',
  FETCH: 'HTTP request',
});

/**
 * The input and output of a part of a run, with its attempts.
 *
 * @param {{ row: Row, run: RunView, trace: Trace }} properties
 */
export function PartDetails({ row, run }) {
  const { span } = row;
  return html`
    <section class="details" aria-label=${`Details of ${row.name}`}>
      <header class="details-head">
        <h2>${row.name}</h2>
        <${Status} status=${row.status} />
        ${span?.stepOp && html`<span class="chip">${OP_WORDS[span.stepOp] ?? span.stepOp}</span>`}
        ${row.kind === 'step' && span?.stepId && html`<${ReplayFromStep} span=${span} runId=${run.id} />`}
      </header>
      ${row.kind === 'run' ? html`<${RunDetails} span=${span} run=${run} />` : html`<${StepDetails} row=${row} />`}
    </section>
  `;
}

/** @param {{ span: Span | undefined, run: RunView }} properties */
function RunDetails({ span, run }) {
  const input = /** @type {{ data?: { data?: unknown }[] } | undefined} */ (span?.input);
  const events = input?.data ?? [];
  return html`
    <${Result} status=${run.status} output=${run.output} isEnded=${run.endedAt !== undefined} />
    ${events.map(
      (event, index) => html`
        <h3>${events.length > 1 ? `Event ${index + 1} of ${events.length}` : 'Event'}</h3>
        <${Json} value=${event} what="event" />
      `,
    )}
  `;
}

/** @param {{ row: Row }} properties */
function StepDetails({ row: { span, status, marks, kind } }) {
  if (kind === 'call' || !span) {
    return html`<p class="muted">
      ${status === 'RUNNING' ? 'The app is executing this call. Its steps appear when the app reports them.' : 'The next call to the app waits in the queue.'}
    </p>`;
  }
  const attempts = attemptsOf(span);
  const hasAttempts = attempts[0] !== span;
  return html`
    ${
      marks.length > 0 &&
      html`<p class="note">
        Memoized: ${marks.length === 1 ? 'a later call' : `${marks.length} later calls`} passed this step
        without running it again.
      </p>`
    }
    ${
      span.copiedFromRunId &&
      html`<p class="note">
        Not executed in this run. The result is from:${' '}
        <a class="mono" href=${href(['runs', span.copiedFromRunId])}>${span.copiedFromRunId}</a>
      </p>`
    }
    <${Links} span=${span} />
    ${hasAttempts && html`<${Attempts} attempts=${attempts} />`}
    ${(!hasAttempts || status === 'COMPLETED') && html`<${Result} status=${status} output=${span.output} isEnded=${span.endedAt !== undefined} />`}
    ${
      span.input !== undefined &&
      html`<h3>Input</h3>
        <${Json} value=${span.input} what="input" />`
    }
  `;
}

/** @param {{ status: string, output: unknown, isEnded: boolean }} properties */
function Result({ status, output, isEnded }) {
  if (status === 'FAILED' && isError(output))
    return html`<h3>Error</h3>
      <${ErrorDetails} error=${output} />`;
  if (output === undefined) {
    return html`<p class="muted">${isEnded ? 'No output.' : 'No output yet.'}</p>`;
  }
  return html`<h3>Output</h3>
    <${Json} value=${output} what="output" />`;
}

/** @param {{ attempts: Span[] }} properties */
function Attempts({ attempts }) {
  return html`
    <h3>Attempts</h3>
    <ol class="attempts">
      ${attempts.map(
        (attempt, index) => html`
          <li key=${attempt.id}>
            <details open=${index === attempts.length - 1}>
              <summary>
                <${Status} status=${attempt.status} isBare />
                <span>${ordinal(numberOf(attempt, index) + 1)} attempt</span>
                <span class="muted number">${whenAndHowLong(attempt)}</span>
              </summary>
              ${
                isError(attempt.output)
                  ? html`<${ErrorDetails} error=${attempt.output} />`
                  : attempt.output !== undefined && html`<${Json} value=${attempt.output} what="output" />`
              }
              ${attempt.retryAt && html`<p class="muted">Tried again at ${clockTime(attempt.retryAt, { millis: true })}.</p>`}
            </details>
          </li>
        `,
      )}
    </ol>
  `;
}

/** @param {Span} attempt */
function whenAndHowLong({ startedAt, endedAt }) {
  if (startedAt === undefined) return '';
  const start = clockTime(startedAt, { millis: true });
  return endedAt === undefined
    ? start
    : `${start} · ${duration(Date.parse(endedAt) - Date.parse(startedAt))}`;
}

/** @param {{ span: Span }} properties */
function Links({ span }) {
  const sent = sentEvents(span);
  return html`
    ${span.invokedRunId && html`<p>Invoked run: <a class="mono" href=${href(['runs', span.invokedRunId])}>${span.invokedRunId}</a></p>`}
    ${
      sent.length > 0 &&
      html`<p>Sent: ${sent.map((id) => html`<a class="mono" href=${href(['events', id])}>${id}</a> `)}</p>`
    }
  `;
}

/**
 * The events that a step sent.
 *
 * @param {Span} span
 * @returns {string[]}
 */
function sentEvents({ input, output }) {
  const { type } = /** @type {{ type?: unknown }} */ (input ?? {});
  const { ids } = /** @type {{ ids?: unknown }} */ (output ?? {});
  return type === 'step.sendEvent' && Array.isArray(ids) ? ids.map(String) : [];
}
