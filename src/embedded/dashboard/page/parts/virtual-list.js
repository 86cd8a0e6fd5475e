import { html } from 'htm/preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** @import { VNode } from 'preact' */

/** The number of rows rendered above and below the window, so that scrolling shows no gaps. */
const SPARE_ROWS = 12;
/** If fewer rows than this are left below the window, the list requests more. */
const AHEAD_ROWS = 40;

/**
 * A list of rows with the same height, in the scroll of the page. Only the visible rows are rendered, so it can have many
 * thousands. The arrow keys move from row to row.
 *
 * @template {{ id: string }} T
 * @param {{
 *   items: T[],
 *   rowHeight: number,
 *   label: string,
 *   header?: VNode<any>,
 *   row: (item: T) => VNode<any>,
 *   onVisible: (first: number, last: number) => void,
 *   onNearEnd: () => void,
 * }} properties `row` returns the cells, one of which has a link
 */
export function VirtualList({ items, rowHeight, label, header, row, onVisible, onNearEnd }) {
  const body = useRef(/** @type {HTMLDivElement | null} */ (null));
  const [visible, setVisible] = useState({ first: 0, last: 40 });
  const count = items.length;

  useLayoutEffect(() => {
    function measure() {
      if (!body.current) return;
      const { top } = body.current.getBoundingClientRect();
      const first = Math.max(0, Math.floor(-top / rowHeight));
      const last = Math.max(0, Math.ceil((innerHeight - top) / rowHeight));
      setVisible((known) => (known.first === first && known.last === last ? known : { first, last }));
    }
    measure();
    addEventListener('scroll', measure, { passive: true });
    addEventListener('resize', measure);
    return () => {
      removeEventListener('scroll', measure);
      removeEventListener('resize', measure);
    };
  }, [rowHeight, count]);

  useEffect(() => {
    onVisible(visible.first, Math.min(visible.last, count));
    if (visible.last + AHEAD_ROWS >= count) onNearEnd();
  }, [visible, count]);

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

  const begin = Math.max(0, visible.first - SPARE_ROWS);
  const shown = items.slice(begin, visible.last + SPARE_ROWS);
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
