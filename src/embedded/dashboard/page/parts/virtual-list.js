import { html } from 'htm/preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** @import { VNode } from 'preact' */

/** Rows that are kept beyond the window, so that scrolling shows no gaps. */
const SPARE_ROWS = 12;
/** With fewer rows than this left below the window, more are asked for. */
const AHEAD_ROWS = 40;

/**
 * A list of rows of one height in the page's own scroll, of which only those in sight exist: it can have many
 * thousands. Up and down arrows go from row to row.
 *
 * @template {{ id: string }} T
 * @param {{
 *   items: T[],
 *   rowHeight: number,
 *   label: string,
 *   header?: VNode<any>,
 *   row: (item: T) => VNode<any>,
 *   onSight: (first: number, last: number) => void,
 *   onNearEnd: () => void,
 * }} properties `row` gives the cells, one of which has a link
 */
export function VirtualList({ items, rowHeight, label, header, row, onSight, onNearEnd }) {
  const body = useRef(/** @type {HTMLDivElement | null} */ (null));
  const [sight, setSight] = useState({ first: 0, last: 40 });
  const count = items.length;

  useLayoutEffect(() => {
    function look() {
      if (!body.current) return;
      const { top } = body.current.getBoundingClientRect();
      const first = Math.max(0, Math.floor(-top / rowHeight));
      const last = Math.max(0, Math.ceil((innerHeight - top) / rowHeight));
      setSight((known) => (known.first === first && known.last === last ? known : { first, last }));
    }
    look();
    addEventListener('scroll', look, { passive: true });
    addEventListener('resize', look);
    return () => {
      removeEventListener('scroll', look);
      removeEventListener('resize', look);
    };
  }, [rowHeight, count]);

  useEffect(() => {
    onSight(sight.first, Math.min(sight.last, count));
    if (sight.last + AHEAD_ROWS >= count) onNearEnd();
  }, [sight, count]);

  /** @param {KeyboardEvent} event */
  function moveFocus(event) {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const current = event.target instanceof Element ? event.target.closest('[data-index]') : null;
    if (!step || !current) return;
    const next = body.current?.querySelector(
      `[data-index="${Number(current.getAttribute('data-index')) + step}"] a`,
    );
    if (!(next instanceof HTMLElement)) return;
    event.preventDefault();
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: 'nearest' });
  }

  const begin = Math.max(0, sight.first - SPARE_ROWS);
  const shown = items.slice(begin, sight.last + SPARE_ROWS);
  return html`
    <div class="list" role="table" aria-label=${label} aria-rowcount=${count}>
      ${header}
      <div
        ref=${body}
        class="list-body"
        role="rowgroup"
        style=${{ height: `${count * rowHeight}px` }}
        onKeyDown=${moveFocus}
      >
        ${shown.map(
          (item, index) => html`
            <div
              key=${item.id}
              class="list-row"
              role="row"
              aria-rowindex=${begin + index + 1}
              data-index=${begin + index}
              data-id=${item.id}
              style=${{ height: `${rowHeight}px`, transform: `translateY(${(begin + index) * rowHeight}px)` }}
            >
              ${row(item)}
            </div>
          `,
        )}
      </div>
    </div>
  `;
}
