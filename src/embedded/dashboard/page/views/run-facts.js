import { html } from 'htm/preact';
import { href } from '../data/route.js';
import { clockTime, duration } from '../parts/format.js';
import { Copy } from '../parts/copy.js';
import { Status } from '../parts/status.js';
import { waitingWords } from '../parts/waiting.js';

/** @import { RunView } from '../../../api/v2/answer-types/run.js' */
/** @import { Trace } from '../../../api/v2/answer-types/trace.js' */

/** @param {{ run: RunView, trace: Trace, now: number }} properties */
export function RunFacts({ run, trace, now }) {
  const waiting = waitingWords(run, now);
  const cause = causeOf(trace);
  /** @type {[string, unknown][]} */
  const facts = [
    ['Run', html`<span class="mono">${run.id}</span> <${Copy} text=${run.id} what="run id" />`],
    ['Event', html`<${Events} run=${run} />`],
    ...(cause
      ? [
          /** @type {[string, unknown]} */ ([
            cause.name,
            html`<a class="mono" href=${href(['runs', cause.runId])}>${cause.runId}</a>`,
          ]),
        ]
      : []),
    ...(run.originalRunId
      ? [
          /** @type {[string, unknown]} */ ([
            'Replay of',
            html`<a class="mono" href=${href(['runs', run.originalRunId])}>${run.originalRunId}</a
              >${fromStep(run, trace)}`,
          ]),
        ]
      : []),
    ['Queued', clockTime(run.queuedAt, { now, millis: true })],
    ['Started', run.startedAt ? clockTime(run.startedAt, { now, millis: true }) : '–'],
    ['Ended', run.endedAt ? clockTime(run.endedAt, { now, millis: true }) : '–'],
    ['Duration', run.startedAt ? duration(endOf(run, now) - Date.parse(run.startedAt)) : '–'],
    [
      'Attempts',
      run.startedAt
        ? `${Math.max(1, run.attempts ?? 1)}${run.maxAttempts ? ` of ${run.maxAttempts}` : ''}`
        : '–',
    ],
    ...(run.priority ? [/** @type {[string, unknown]} */ (['Priority', `${run.priority} s`])] : []),
  ];
  return html`
    <div class="run-title">
      <h1>${run.function.name}</h1>
      <${Status} status=${run.status} />
      ${waiting && html`<p class="why-waiting" role="status">${waiting}</p>`}
      ${run.reason && html`<p class="why-cancelled">${run.reason}</p>`}
    </div>
    <dl class="facts">
      ${facts.map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
  `;
}

/**
 * @param {RunView} run
 * @param {Trace} trace
 */
function fromStep({ fromStepId }, { rootSpan }) {
  if (fromStepId === undefined) return '';
  const step = rootSpan.children?.find(({ stepId }) => stepId === fromStepId);
  return html` from <span class="code">${step?.name ?? fromStepId}</span>`;
}

/** @param {{ run: RunView }} properties */
function Events({ run: { trigger } }) {
  const [first, ...rest] = trigger.eventIds;
  const name = trigger.cronSchedule ? `schedule ${trigger.cronSchedule}` : trigger.eventName;
  if (first === undefined) return name;
  return html`<a class="code" href=${href(['events', first])}>${name}</a
    >${rest.length > 0 && html` <span class="muted">and ${rest.length} more</span>`}`;
}

/**
 * The run that caused this one: the run that invoked it, or the run whose failure it handles.
 *
 * @param {Trace} trace
 */
function causeOf({ rootSpan }) {
  const input = /** @type {{ data?: { name?: string, data?: Record<string, any> }[] } | undefined} */ (
    rootSpan.input
  );
  const event = input?.data?.[0];
  const invoker = event?.data?.['_inngest']?.correlation_id;
  if (typeof invoker === 'string') return { name: 'Invoked by', runId: invoker.split('.')[0] ?? '' };
  const failed = event?.name === 'inngest/function.failed' ? event.data?.['run_id'] : undefined;
  return typeof failed === 'string' ? { name: 'Handles the failure of', runId: failed } : undefined;
}

/**
 * @param {RunView} run
 * @param {number} now
 */
function endOf({ endedAt }, now) {
  return endedAt === undefined ? now : Date.parse(endedAt);
}
