import { html } from 'htm/preact';
import { useRef, useState } from 'preact/hooks';
import { useMedia } from '../data/hooks.js';
import { duration, ordinal } from '../parts/format.js';
import { Status } from '../parts/status.js';
import { tickLabel, ticks } from './axis.js';
import { Legend } from './legend.js';
import { rowSummary, segmentLines } from './words.js';

/** @import { Layout, Row } from './lay-out.js' */
/** @import { Segment } from './segments.js' */

/** The space right of the end, as a share of the length, so that the end of the last bar is visible. */
const MARGIN = 0.015;

/** @typedef {{ lines: string[], x: number, y: number }} Tip */

/**
 * A run on a time axis: a row for each part, with a bar for each segment.
 *
 * @param {{ layout: Layout, selected: string, onSelect: (id: string) => void }} properties
 */
export function Waterfall({ layout, selected, onSelect }) {
  const isNarrow = useMedia('(max-width: 760px)');
  const [tip, setTip] = useState(/** @type {Tip | undefined} */ (undefined));
  const rows = useRef(/** @type {HTMLUListElement | null} */ (null));
  const length = (layout.to - layout.from) * (1 + MARGIN);
  /** @param {number} moment */
  const at = (moment) => `${((moment - layout.from) / length) * 100}%`;
  const marks = ticks(length, isNarrow ? 4 : 8);

  /** @param {KeyboardEvent} event */
  function moveFocus(event) {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (!step || !rows.current) return;
    const buttons = [...rows.current.querySelectorAll('button')];
    const next = buttons[buttons.indexOf(/** @type {HTMLButtonElement} */ (event.target)) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }

  return html`
    <section class="waterfall" aria-label="Waterfall">
      <div class="axis" aria-hidden="true">
        <div class="axis-scale">
          ${marks.map((mark) => html`<span style=${{ left: at(layout.from + mark) }}>${tickLabel(mark)}</span>`)}
        </div>
      </div>
      <div class="waterfall-body">
        <div class="grid-lines" aria-hidden="true">
          ${marks.map((mark) => html`<i style=${{ left: at(layout.from + mark) }}></i>`)}
        </div>
        <ul ref=${rows} onKeyDown=${moveFocus} onMouseLeave=${() => setTip(undefined)}>
          ${layout.rows.map(
            (row) =>
              html`<${WaterfallRow}
                key=${row.id}
                row=${row}
                at=${at}
                isSelected=${row.id === selected}
                onSelect=${onSelect}
                onTip=${setTip}
              />`,
          )}
        </ul>
      </div>
      <${Legend} rows=${layout.rows} />
      ${
        tip &&
        html`<div class="tip" role="tooltip" style=${{ left: `${tip.x}px`, top: `${tip.y}px` }}>
          ${tip.lines.map((line, index) => (index === 0 ? html`<strong>${line}</strong>` : html`<span>${line}</span>`))}
        </div>`
      }
    </section>
  `;
}

/**
 * @param {{
 *   row: Row, at: (moment: number) => string, isSelected: boolean, onSelect: (id: string) => void,
 *   onTip: (tip: Tip | undefined) => void,
 * }} properties
 */
function WaterfallRow({ row, at, isSelected, onSelect, onTip }) {
  const [first] = row.segments;
  const last = row.segments.at(-1);
  const took = first && last ? last.to - first.from : 0;
  /** @param {FocusEvent & { currentTarget: HTMLElement }} event */
  function describe(event) {
    if (!event.currentTarget.matches(':focus-visible')) return;
    const { left, bottom } = (
      event.currentTarget.querySelector('.segment') ?? event.currentTarget
    ).getBoundingClientRect();
    onTip({ lines: rowSummary(row).split('. '), ...inside(left, bottom + 6) });
  }
  return html`
    <li class=${`part part-${row.kind}`}>
      <button
        type="button"
        aria-pressed=${isSelected}
        aria-label=${rowSummary(row)}
        onClick=${() => onSelect(row.id)}
        onFocus=${describe}
        onBlur=${() => onTip(undefined)}
      >
        <span class="part-name">
          <${Status} status=${row.status} isBare />
          <span class="part-text" title=${row.name}>${row.name}</span>
          ${row.marks.length > 0 && html`<span class="memoized" title="Memoized: later calls passed it without running it again"><i class="mark"></i>${row.marks.length}×</span>`}
        </span>
        <span class="part-time number">${duration(took)}</span>
        <span class="part-bar">
          ${row.segments.map(
            (segment) => html`<${Bar} row=${row} segment=${segment} at=${at} onTip=${onTip} />`,
          )}
          ${row.marks.map(
            (mark) =>
              html`<i
                class="mark"
                style=${{ left: at(mark.at) }}
                onMouseEnter=${(/** @type {MouseEvent} */ event) =>
                  onTip({
                    lines: [
                      row.name,
                      `Memoized: passed by the ${ordinal(mark.attempt + 1)} attempt of ${mark.by}`,
                    ],
                    ...inside(event.clientX, event.clientY + 14),
                  })}
              ></i>`,
          )}
        </span>
      </button>
    </li>
  `;
}

/**
 * @param {{
 *   row: Row, segment: Segment, at: (moment: number) => string, onTip: (tip: Tip | undefined) => void,
 * }} properties
 */
function Bar({ row, segment, at, onTip }) {
  const { kind, from, to, isOpen, attempt } = segment;
  return html`
    <i
      class=${`segment segment-${kind}${isOpen ? ' is-open' : ''}`}
      data-kind=${kind}
      data-attempt=${attempt}
      style=${{ left: at(from), width: `calc(${at(to)} - ${at(from)})` }}
      onMouseEnter=${(/** @type {MouseEvent} */ event) =>
        onTip({ lines: segmentLines(row, segment), ...inside(event.clientX, event.clientY + 14) })}
      onMouseMove=${(/** @type {MouseEvent} */ event) =>
        onTip({ lines: segmentLines(row, segment), ...inside(event.clientX, event.clientY + 14) })}
    ></i>
  `;
}

/** The width of the longest tip, in pixels. */
const TIP_WIDTH = 320;

/**
 * A position for a tip at which it stays inside the window.
 *
 * @param {number} x
 * @param {number} y
 */
function inside(x, y) {
  return { x: Math.max(8, Math.min(x, innerWidth - TIP_WIDTH)), y };
}
