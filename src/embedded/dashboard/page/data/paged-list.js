import { useEffect, useRef, useState } from 'preact/hooks';
import { LiveList } from './live-list.js';

/** @import { Page } from '../../../api/v2/answer-types/envelope.js' */
/** @import { Change } from './live.js' */

/**
 * @template T
 * @typedef {object} PagedList
 * @property {T[]} items
 * @property {number} [total] the number of all items, if the server sent it
 * @property {boolean} isLoaded whether the first page has been read
 * @property {boolean} hasMore
 * @property {boolean} hasNew whether there are new items, which are not shown because the reader has scrolled down
 * @property {Error} [error]
 * @property {() => void} loadMore
 * @property {() => void} reload
 * @property {(first: number, last: number) => void} setVisible tells which items are visible
 */

/**
 * A list that is read page by page while the reader scrolls down. It is kept up to date: at the top by reading the first
 * page again, further down by reading the visible items again.
 *
 * @template {{ id: string }} T
 * @param {object} source
 * @param {(parameters: Record<string, string | number | boolean>, signal: AbortSignal) => Promise<Page<T>>} source.read
 * @param {(change: Change) => Set<string> | undefined} source.affectedBy the ids that a change affects; undefined for all
 * @param {unknown[]} dependencies the values that `read` uses; when one of them changes, the list is read from its start
 * @returns {PagedList<T>}
 */
export function usePagedList({ read, affectedBy }, dependencies) {
  const [, redraw] = useState(0);
  const list = useRef(/** @type {LiveList<T> | null} */ (null));
  useEffect(() => {
    // Shows the old items until the first page of the new list has been read.
    const next = new LiveList(read, affectedBy, list.current?.items ?? [], () =>
      redraw((count) => count + 1),
    );
    list.current = next;
    redraw((count) => count + 1);
    return () => next.stop();
  }, dependencies);
  const current = list.current;
  return {
    items: current?.items ?? [],
    total: current?.total,
    isLoaded: current?.isLoaded ?? false,
    hasMore: current?.cursor !== undefined,
    hasNew: current?.hasNew ?? false,
    error: current?.error,
    loadMore: () => void list.current?.loadMore(),
    reload: () => list.current?.reload(),
    setVisible: (first, last) => list.current?.setVisible(first, last),
  };
}
