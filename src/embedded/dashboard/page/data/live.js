/** @import { ChangeNotice } from '../../../api/v2/answer-types/activity.js' */

/** @typedef {'connecting' | 'live' | 'slow' | 'away'} Connection `slow`: there is no stream, so everything is read periodically */

/** How long notices are collected before the listeners are called, in milliseconds. People do not notice the delay. */
const COLLECT_MS = 150;
/**
 * A browser does not retry a stream that is refused, so the page opens a new one after this many milliseconds. If the server
 * has no stream, everything is read again at this interval.
 */
export const REFUSED_MS = 5_000;

/** Everything may have changed, because the stream had a gap. */
export const EVERYTHING = 'everything';

/** @typedef {{ runs: Set<string>, events: Set<string>, functions: boolean } | typeof EVERYTHING} Change */

/** Passes the server's change notices to the components that show something. */
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

  /** @param {() => void} watcher called when the state of the connection changes */
  watch(watcher) {
    this.#watchers.add(watcher);
    return () => {
      this.#watchers.delete(watcher);
    };
  }

  /** @param {(known: Change) => Change} add */
  #collect(add) {
    if (this.#collected === undefined) setTimeout(() => this.#notify(), COLLECT_MS);
    this.#collected = add(this.#collected ?? { runs: new Set(), events: new Set(), functions: false });
  }

  #notify() {
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
