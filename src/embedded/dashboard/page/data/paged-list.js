import { useEffect, useRef, useState } from 'preact/hooks';
import { live } from './live.js';
import { paced } from './pace.js';

/** @import { Page } from './api-types.d.ts' */
/** @import { Change } from './live.js' */

const PAGE_SIZE = 100;

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
  const list = useRef(/** @type {List<T> | null} */ (null));
  useEffect(() => {
    // What is shown stays until the new list's first page is there.
    const next = new List(read, concerned, list.current?.items ?? [], () => redraw((count) => count + 1));
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

/** @template {{ id: string }} T */
class List {
  /** @type {number | undefined} */
  total;
  /** @type {string | undefined} */
  cursor;
  isLoaded = false;
  hasNew = false;
  /** @type {Error | undefined} */
  error;
  #sight = { first: 0, last: 0 };
  /** @type {Set<string> | undefined} ids to read again; undefined for all */
  #stale;
  #isLoadingMore = false;
  #abort = new AbortController();

  /**
   * @param {(parameters: Record<string, string | number | boolean>, signal: AbortSignal) => Promise<Page<T>>} read
   * @param {(change: Change) => Set<string> | undefined} concerned
   * @param {T[]} items to begin with
   * @param {() => void} redraw
   */
  constructor(read, concerned, items, redraw) {
    this.read = read;
    this.items = items;
    this.redraw = redraw;
    this.pace = paced(() => this.#trying(() => this.#refresh()));
    this.unsubscribe = live.subscribe((change) => {
      const ids = concerned(change);
      if (ids?.size === 0) return;
      this.#stale = ids && this.#stale ? new Set([...this.#stale, ...ids]) : undefined;
      this.pace.ask();
    });
    this.reload();
  }

  stop() {
    this.unsubscribe();
    this.pace.stop();
    this.#abort.abort();
  }

  reload() {
    this.#stale = undefined;
    this.#sight = { first: 0, last: 0 };
    this.pace.ask();
  }

  /**
   * @param {number} first
   * @param {number} last
   */
  setSight(first, last) {
    const cameToTop = this.#sight.first > 0 && first === 0;
    this.#sight = { first, last };
    if (cameToTop) this.pace.ask();
  }

  async loadMore() {
    if (this.cursor === undefined || this.#isLoadingMore) return;
    this.#isLoadingMore = true;
    const { cursor } = this;
    await this.#trying(async () => {
      const page = await this.read({ limit: PAGE_SIZE, cursor }, this.#abort.signal);
      // The first page may have been read again meanwhile.
      if (this.cursor !== cursor) return;
      const known = new Set(this.items.map(({ id }) => id));
      this.items = [...this.items, ...page.data.filter(({ id }) => !known.has(id))];
      this.cursor = page.page.cursor;
    });
    this.#isLoadingMore = false;
  }

  async #refresh() {
    const stale = this.#stale;
    this.#stale = new Set();
    if (this.#sight.first === 0) await this.#readTop();
    else await this.#readSight(stale);
  }

  async #readTop() {
    const page = await this.read({ limit: PAGE_SIZE, includeTotal: true }, this.#abort.signal);
    this.items = page.data;
    this.cursor = page.page.cursor;
    this.total = page.page.total;
    this.isLoaded = true;
    this.hasNew = false;
  }

  /** @param {Set<string> | undefined} stale */
  async #readSight(stale) {
    const known = new Set(this.items.map(({ id }) => id));
    const newest = [...known].reduce((latest, id) => (id > latest ? id : latest), '');
    const inSight = this.items.slice(this.#sight.first, this.#sight.last).map(({ id }) => id);
    const asked = inSight.filter((id) => stale?.has(id) ?? true);
    const unknown = [...(stale ?? [])].filter((id) => !known.has(id) && id > newest);
    const ids = [...asked, ...unknown].slice(0, PAGE_SIZE);
    if (ids.length === 0) return;
    const page = await this.read({ ids: ids.join(','), limit: PAGE_SIZE }, this.#abort.signal);
    const fresh = new Map(page.data.map((item) => [item.id, item]));
    this.hasNew ||= unknown.some((id) => fresh.has(id));
    // What the list's filter does not let through any more is not answered.
    const gone = new Set(asked.filter((id) => !fresh.has(id)));
    this.items = this.items.flatMap((item) => (gone.has(item.id) ? [] : [fresh.get(item.id) ?? item]));
  }

  /** @param {() => Promise<void>} work */
  async #trying(work) {
    try {
      await work();
      this.error = undefined;
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      this.error = /** @type {Error} */ (error);
    }
    if (!this.#abort.signal.aborted) this.redraw();
  }
}
