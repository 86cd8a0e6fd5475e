import { html } from 'htm/preact';
import { localTimes } from './format.js';
import { href } from '../data/route.js';
import { serverNow } from '../data/api.js';
import { EVERYTHING } from '../data/live.js';
import { Status } from './status.js';

/** @import { EventView, OutcomeView } from '../../../api/v2/answer-types/event.js' */
/** @import { Change } from '../data/live.js' */

/**
 * Whether a change affects an event, or a run that it started.
 *
 * @param {string} id
 * @returns {(change: Change, event: EventView | undefined) => boolean}
 */
export function affectsEvent(id) {
  return (change, event) =>
    change === EVERYTHING ||
    change.events.has(id) ||
    (event?.outcomes.some(({ run }) => run !== undefined && change.runs.has(run.id)) ?? false);
}

/**
 * The runs that an event started, and the reasons why it started none.
 *
 * @param {{ event: EventView }} properties
 */
export function Outcomes({ event }) {
  if (event.outcomes.length === 0) return html`<p class="muted">${noOutcomeReason(event)}</p>`;
  return html`
    <ul class="outcomes">
      ${event.outcomes.map((outcome) => html`<li key=${outcome.function.id}><${Outcome} outcome=${outcome} /></li>`)}
    </ul>
  `;
}

/** @param {{ outcome: OutcomeView }} properties */
function Outcome({ outcome: { function: fn, run, reason } }) {
  if (run) {
    return html`
      <${Status} status=${run.status} />
      <span>${fn.name}</span>
      <a class="mono" href=${href(['runs', run.id])}>${run.id}</a>
    `;
  }
  return html`<span class="no-run">No run</span> <span>${fn.name}</span> <${Reason} text=${reason ?? ''} />`;
}

/**
 * A reason in the server's words. The ids of runs and events in it become links.
 *
 * @param {{ text: string }} properties
 */
export function Reason({ text }) {
  const parts = localTimes(text, serverNow()).split(/\b([0-7][0-9A-HJKMNP-TV-Z]{25})\b/);
  return html`<span class="reason"
    >${parts.map((part, index) => {
      if (index % 2 === 0) return part;
      const page = /\bevent\b[^,;:]*$/.test(parts[index - 1] ?? '') ? 'events' : 'runs';
      return html`<a class="mono" href=${href([page, part])}>${part}</a>`;
    })}</span
  >`;
}

/** @param {EventView} event */
export function noOutcomeReason(event) {
  if (event.waiting) return `It is ${event.waiting}.`;
  if (Date.parse(event.ts) > Date.parse(event.receivedAt) && Date.parse(event.ts) > serverNow()) {
    return `It will be delivered at ${localTimes(event.ts, serverNow())}.`;
  }
  return 'It triggered no function.';
}
