import { html } from 'htm/preact';
import { api, serverNow } from '../data/api.js';
import { useMedia, useNow, useResource } from '../data/hooks.js';
import { EVERYTHING } from '../data/live.js';
import { counted, period } from '../parts/format.js';
import { Bars } from './bars.js';
import { shifted } from './shifted.js';

/** @import { Activity, FunctionActivity } from '../../../api/v2/answer-types/activity.js' */

/** The largest number of functions shown. A line counts the others. */
const MAX_SHOWN = 3;
const MAX_SHOWN_NARROW = 1;

/**
 * Shows flow control in the last minute: for each function, the starts per second with its throttle, and the executing
 * calls with its concurrency limit.
 *
 * @param {{ slug?: string }} properties `slug`: show only this function
 */
export function FlowStrip({ slug }) {
  const isNarrow = useMedia('(max-width: 760px)');
  const { data, error } = useResource(
    (signal) => api.activity(signal),
    [],
    (change) => change === EVERYTHING || change.functions || change.runs.size > 0,
  );
  const isMoving = data !== undefined && data.functions.some(isActive);
  useNow(isMoving, 1_000);
  const shown = data && shifted(data, serverNow());
  // The real server has no activity, so an error hides the strip.
  if (!shown && error) return null;
  if (!shown) return html`<section class="strip strip-loading" aria-label="Flow control"></section>`;

  const candidates = shown.functions
    .filter((fn) => (slug ? `${fn.app.id}-${fn.function.id}` === slug : isActive(fn) || isLimited(fn)))
    .toSorted((a, b) => weightOf(b) - weightOf(a));
  const rows = candidates.slice(0, isNarrow ? MAX_SHOWN_NARROW : MAX_SHOWN);
  const rest = candidates.length - rows.length;
  if (rows.length === 0) return null;
  return html`
    <section class="strip" aria-label="Flow control, last minute">
      ${rows.map((fn) => html`<${FunctionFlow} key=${fn.app.id + fn.function.id} fn=${fn} bucketMs=${shown.bucketMs} />`)}
      <p class="strip-notes">
        <span
          >One bar per second, last minute. Dashed line: the limit; for starts, the average that the throttle
          allows.</span
        >
        ${rest > 0 && html`<span>${counted(rest, 'more function')}: select one below to show it.</span>`}
      </p>
    </section>
  `;
}

/** @param {{ fn: FunctionActivity, bucketMs: number }} properties */
function FunctionFlow({ fn, bucketMs }) {
  const { throttle, concurrency } = fn;
  const rate = throttle && (throttle.limit * bucketMs) / throttle.periodMs;
  const cap = concurrency.find(({ scope, isKeyed }) => scope === 'fn' && !isKeyed)?.limit;
  const lastStarts = fn.starts.at(-1) ?? 0;
  return html`
    <article class="flow">
      <div class="flow-name">
        <h2>${fn.function.name}</h2>
        <p>${waits(fn).map((wait) => html`<span class="chip">${wait}</span>`)}</p>
      </div>
      <figure class="flow-chart">
        <figcaption>
          <span>Starts <strong>${lastStarts}</strong> /s</span>
          <span class="muted">${throttle ? throttleWords(throttle) : 'not throttled'}</span>
        </figcaption>
        <${Bars}
          values=${fn.starts}
          limit=${rate}
          label=${`Starts per second, last minute${throttle ? `, throttled to ${throttleWords(throttle)}` : ''}`}
          tone="start"
        />
      </figure>
      <figure class="flow-chart">
        <figcaption>
          <span>Executing <strong>${fn.executing}</strong>${cap === undefined ? '' : ` of ${cap}`}</span>
          <span class="muted">${concurrencyWords(fn, cap)}</span>
        </figcaption>
        <${Bars}
          values=${fn.executingPeaks}
          limit=${cap}
          label=${`Largest number of executing calls, last minute${cap === undefined ? '' : `, limit ${cap}`}`}
          tone="execute"
        />
      </figure>
    </article>
  `;
}

/** @param {NonNullable<FunctionActivity['throttle']>} throttle */
function throttleWords({ limit, periodMs, burst, isKeyed, permits }) {
  const words = `${limit} per ${period(periodMs)}${burst ? ` + ${burst} burst` : ''}${isKeyed ? ', by key' : ''}`;
  return permits === undefined ? words : `${words}, ${permits} free`;
}

/**
 * @param {FunctionActivity} fn
 * @param {number | undefined} cap
 */
function concurrencyWords(fn, cap) {
  const peak = `peak ${Math.max(0, ...fn.executingPeaks)}`;
  if (cap !== undefined) return peak;
  const [other] = fn.concurrency;
  return `${peak} · ${other ? `limit ${other.limit} by key` : 'no limit'}`;
}

/** @param {FunctionActivity} fn */
function waits(fn) {
  return [
    fn.paused > 0 && `${fn.paused.toLocaleString()} paused`,
    fn.throttled > 0 && `${fn.throttled.toLocaleString()} throttled`,
    fn.heldByConcurrency > 0 && `${fn.heldByConcurrency.toLocaleString()} wait for a slot`,
    fn.retrying > 0 && `${fn.retrying.toLocaleString()} retrying`,
    fn.delayed > 0 && `${fn.delayed.toLocaleString()} delayed by priority`,
  ].filter((wait) => wait !== false);
}

/** @param {FunctionActivity} fn */
function isLimited({ throttle, concurrency }) {
  return throttle !== undefined || concurrency.length > 0;
}

/** @param {FunctionActivity} fn */
function isActive(fn) {
  return weightOf(fn) > 0;
}

/** @param {FunctionActivity} fn */
function weightOf({ starts, executingPeaks, queued, running }) {
  return queued + running + Math.max(0, ...executingPeaks) + starts.reduce((sum, count) => sum + count, 0);
}
