import { html } from 'htm/preact';
import { capital } from './format.js';

/** @import { SpanStatus } from '../../../api/v2/answer-types/trace.js' */

/** Each status has a different shape, for people who cannot distinguish the colours. */
const SHAPES = {
  QUEUED: html`<circle
    cx="8"
    cy="8"
    r="5.25"
    fill="none"
    stroke="currentColor"
    stroke-width="1.5"
    stroke-dasharray="2.6 2.2"
  />`,
  RUNNING: html`<circle
      cx="8"
      cy="8"
      r="5.25"
      fill="none"
      stroke="currentColor"
      stroke-width="1.5"
      opacity=".35"
    /><path
      d="M8 2.75A5.25 5.25 0 0 1 13.25 8"
      fill="none"
      stroke="currentColor"
      stroke-width="1.75"
      stroke-linecap="round"
    />`,
  WAITING: html`<circle cx="8" cy="8" r="5.25" fill="none" stroke="currentColor" stroke-width="1.5" /><path
      d="M8 5v3.2l2 1.3"
      fill="none"
      stroke="currentColor"
      stroke-width="1.5"
      stroke-linecap="round"
      stroke-linejoin="round"
    />`,
  COMPLETED: html`<circle cx="8" cy="8" r="6" fill="currentColor" /><path
      d="m5.4 8.2 1.8 1.8 3.4-3.7"
      fill="none"
      stroke="var(--surface)"
      stroke-width="1.6"
      stroke-linecap="round"
      stroke-linejoin="round"
    />`,
  FAILED: html`<circle cx="8" cy="8" r="6" fill="currentColor" /><path
      d="m5.9 5.9 4.2 4.2m0-4.2-4.2 4.2"
      fill="none"
      stroke="var(--surface)"
      stroke-width="1.6"
      stroke-linecap="round"
    />`,
  CANCELLED: html`<circle cx="8" cy="8" r="5.25" fill="none" stroke="currentColor" stroke-width="1.5" /><path
      d="m4.5 11.5 7-7"
      fill="none"
      stroke="currentColor"
      stroke-width="1.5"
    />`,
};

/**
 * A status with its shape, name and colour.
 *
 * @param {{ status: SpanStatus, isBare?: boolean }} properties `isBare`: the name is only for screen readers
 */
export function Status({ status, isBare = false }) {
  const name = capital(status.toLowerCase());
  return html`
    <span class="status status-${status.toLowerCase()}" title=${isBare ? name : undefined}>
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">${SHAPES[status]}</svg>
      <span class=${isBare ? 'unseen' : ''}>${name}</span>
    </span>
  `;
}
