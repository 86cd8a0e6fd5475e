/** @import { ChangeNotice } from '../../../api/v2/answer-types/activity.js' */

/** @typedef {'connecting' | 'live' | 'slow' | 'away'} Connection `slow`: nobody tells of changes, so all is read now and then */

/** How long notices are collected before they are passed on, in milliseconds: nobody reads faster. */
const COLLECT_MS = 150;
/**
 * A browser gives up on a stream that is refused, so a new one is opened after this many milliseconds. A server that
 * has no such stream refuses each: then everything is read as often.
 */
export const REFUSED_MS = 5_000;

/** Everything may have changed: after a gap in the stream nobody knows. */
export const EVERYTHING = 'everything';

/** @typedef {{ runs: Set<string>, events: Set<string>, functions: boolean } | typeof EVERYTHING} Change */

/** What the server tells of changes, for whoever shows something that they concern. */
class Live {
  /** @type {Connection} */
  connection = 'connecting';
  /** @type {Set<(change: Change) => void>} */
  #listeners = new Set();
  /** @type {Set<() => void>} */
  #watchers = new Set();
  /** @type {Change | undefined} */
  #collected;

  connect() {
    const source = new EventSource('/api/v2/changes');
    source.addEventListener('open', () => {
      this.#setConnection('live');
      this.#collect(() => EVERYTHING);
    });
    source.addEventListener('message', (message) => {
      const notice = /** @type {ChangeNotice} */ (JSON.parse(message.data));
      this.#collect((known) => {
        if (known === EVERYTHING) return known;
        for (const id of notice.runs) known.runs.add(id);
        for (const id of notice.events) known.events.add(id);
        return { ...known, functions: known.functions || notice.functions };
      });
    });
    source.addEventListener('error', () => {
      const isRefused = source.readyState === EventSource.CLOSED;
      this.#setConnection(isRefused ? 'slow' : 'away');
      if (!isRefused) return;
      this.#collect(() => EVERYTHING);
      setTimeout(() => this.connect(), REFUSED_MS);
    });
  }

  /** @param {(change: Change) => void} listener */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** @param {() => void} watcher called when the connection comes or goes */
  watch(watcher) {
    this.#watchers.add(watcher);
    return () => {
      this.#watchers.delete(watcher);
    };
  }

  /** @param {(known: Change) => Change} add */
  #collect(add) {
    if (this.#collected === undefined) setTimeout(() => this.#pass(), COLLECT_MS);
    this.#collected = add(this.#collected ?? { runs: new Set(), events: new Set(), functions: false });
  }

  #pass() {
    const change = /** @type {Change} */ (this.#collected);
    this.#collected = undefined;
    for (const listener of this.#listeners) listener(change);
  }

  /** @param {Connection} connection */
  #setConnection(connection) {
    if (this.connection === connection) return;
    this.connection = connection;
    for (const watcher of this.#watchers) watcher();
  }
}

export const live = new Live();
