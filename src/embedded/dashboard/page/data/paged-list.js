import { useEffect, useRef, useState } from 'preact/hooks';
import { LiveList } from './live-list.js';

/** @import { Page } from '../../../api/v2/answer-types/envelope.js' */
/** @import { Change } from './live.js' */

/**
 * @template T
 * @typedef {object} PagedList
 * @property {T[]} items
 * @property {number} [total] how many there are in all, when the server says so
 * @property {boolean} isLoaded whether the first page is there
 * @property {boolean} hasMore
 * @property {boolean} hasNew whether there are new ones that are not shown, because the reader is further down
 * @property {Error} [error]
 * @property {() => void} loadMore
 * @property {() => void} reload
 * @property {(first: number, last: number) => void} setSight which of the items are in sight
 */

/**
 * A list that is read page by page as the reader goes down, and kept up to date: at the top by reading the first page
 * again, further down by reading again what is in sight.
 *
 * @template {{ id: string }} T
 * @param {object} source
 * @param {(parameters: Record<string, string | number | boolean>, signal: AbortSignal) => Promise<Page<T>>} source.read
 * @param {(change: Change) => Set<string> | undefined} source.concerned the ids that a change concerns; undefined for all
 * @param {unknown[]} dependencies what `read` depends on: when one of them changes, the list starts anew
 * @returns {PagedList<T>}
 */
export function usePagedList({ read, concerned }, dependencies) {
  const [, redraw] = useState(0);
  const list = useRef(/** @type {LiveList<T> | null} */ (null));
  useEffect(() => {
    // What is shown stays until the new list's first page is there.
    const next = new LiveList(read, concerned, list.current?.items ?? [], () => redraw((count) => count + 1));
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
    setSight: (first, last) => list.current?.setSight(first, last),
  };
}
