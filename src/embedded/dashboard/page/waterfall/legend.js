import { html } from 'htm/preact';
import { KIND_WORDS } from './words.js';

/** @import { Row } from './lay-out.js' */
/** @import { SegmentKind } from './segments.js' */

/**
 * Explains the colours that occur.
 *
 * @param {{ rows: Row[] }} properties
 */
export function Legend({ rows }) {
  const present = new Set(rows.flatMap(({ segments }) => segments.map(({ kind }) => kind)));
  const kinds = /** @type {SegmentKind[]} */ (Object.keys(KIND_WORDS)).filter((kind) => present.has(kind));
  return html`
    <ul class="legend" aria-hidden="true">
      ${kinds.map((kind) => html`<li><i class=${`segment segment-${kind}`}></i>${KIND_WORDS[kind]}</li>`)}
      ${rows.some(({ marks }) => marks.length > 0) && html`<li><i class="mark"></i>Memoized: passed by a later call</li>`}
    </ul>
  `;
}
