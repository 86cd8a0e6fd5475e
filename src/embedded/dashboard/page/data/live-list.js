import { live } from './live.js';
import { limitedRefresh } from './limited-refresh.js';

/** @import { Page } from '../../../api/v2/answer-types/envelope.js' */
/** @import { Change } from './live.js' */

const PAGE_SIZE = 100;

/**
 * The items of a list that have been read. The visible ones are kept up to date.
 *
 * @template {{ id: string }} T
 */
export class LiveList {
  /** @type {number | undefined} */
  total;
  /** @type {string | undefined} */
  cursor;
  isLoaded = false;
  hasNew = false;
  /** @type {Error | undefined} */
  error;
  #visible = { first: 0, last: 0 };
  /** @type {Set<string> | undefined} the ids of items that have changed since they were read; undefined for all items */
  #stale;
  #isLoadingMore = false;
  #abort = new AbortController();

  /**
   * @param {(parameters: Record<string, string | number | boolean>, signal: AbortSignal) => Promise<Page<T>>} read
   * @param {(change: Change) => Set<string> | undefined} affectedBy the ids of the items that a change affects; undefined for all
   * @param {T[]} items shown until the first page is read
   * @param {() => void} redraw
   */
  constructor(read, affectedBy, items, redraw) {
    this.read = read;
    this.items = items;
    this.redraw = redraw;
    this.refresher = limitedRefresh(() => this.#trying(() => this.#refresh()));
    this.affectedBy = affectedBy;
    this.unsubscribe = live.subscribe((change) => this.note(change));
    this.reload();
  }

  /** @param {Change} change */
  note(change) {
    const ids = this.affectedBy(change);
    if (ids?.size === 0) return;
    this.#stale = ids && this.#stale && new Set([...this.#stale, ...ids]);
    this.refresher.request();
  }

  stop() {
    this.unsubscribe();
    this.refresher.stop();
    this.#abort.abort();
  }

  reload() {
    this.#stale = undefined;
    this.#visible = { first: 0, last: 0 };
    this.refresher.request();
  }

  /**
   * @param {number} first
   * @param {number} last
   */
  setVisible(first, last) {
    const cameToTop = this.#visible.first > 0 && first === 0;
    this.#visible = { first, last };
    if (cameToTop || this.#visibleStale().length > 0) this.refresher.request();
  }

  #visibleStale() {
    const { first, last } = this.#visible;
    return this.items.slice(first, last).flatMap(({ id }) => (this.#stale?.has(id) === false ? [] : [id]));
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
    try {
      if (this.#visible.first === 0) await this.#readTop();
      else await this.#readVisible();
    } catch (error) {
      // The items could not be read, so they are still stale.
      this.#stale = stale && this.#stale && new Set([...this.#stale, ...stale]);
      throw error;
    }
  }

  async #readTop() {
    this.#stale = new Set();
    const page = await this.read({ limit: PAGE_SIZE }, this.#abort.signal);
    this.items = page.data;
    this.cursor = page.page.cursor;
    this.total = page.page.total;
    this.isLoaded = true;
    this.hasNew = false;
  }

  /** Reads the visible stale items. Other items stay stale until they become visible. */
  async #readVisible() {
    const known = new Set(this.items.map(({ id }) => id));
    const newest = [...known].reduce((latest, id) => (id > latest ? id : latest), '');
    const stale = this.#stale ?? known;
    const asked = this.#visibleStale();
    const unknown = [...stale].filter((id) => !known.has(id) && id > newest);
    const ids = [...asked, ...unknown].slice(0, PAGE_SIZE);
    this.#stale = new Set([...stale].filter((id) => known.has(id) && !ids.includes(id)));
    if (ids.length === 0) return;
    const page = await this.read({ ids: ids.join(','), limit: PAGE_SIZE }, this.#abort.signal);
    const fresh = new Map(page.data.map((item) => [item.id, item]));
    this.hasNew ||= unknown.some((id) => fresh.has(id));
    // The answer lacks items that do not match the list's filter any more.
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
