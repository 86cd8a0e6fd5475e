import { useEffect, useRef, useState } from 'preact/hooks';
import { serverNow } from './api.js';
import { live } from './live.js';
import { limitedRefresh } from './limited-refresh.js';

/** @import { Change, Connection } from './live.js' */

/**
 * @template T
 * @typedef {object} Resource
 * @property {T} [data] the last data that was read
 * @property {Error} [error] why the last request failed
 * @property {() => void} reload
 */

/**
 * Reads something from the server, and reads it again when a change affects it.
 *
 * @template T
 * @param {(signal: AbortSignal) => Promise<T>} load
 * @param {unknown[]} dependencies the values that `load` uses; when one of them changes, the data is dropped and read again
 * @param {(change: Change, data: T | undefined) => boolean} isConcernedBy
 * @returns {Resource<T>}
 */
export function useResource(load, dependencies, isConcernedBy) {
  const [state, setState] = useState(/** @type {{ data?: T, error?: Error }} */ ({}));
  const reload = useRef(() => {});
  useEffect(() => {
    const abort = new AbortController();
    /** @type {T | undefined} */
    let latest;
    const refresher = limitedRefresh(async () => {
      try {
        const data = await load(abort.signal);
        latest = data;
        if (!abort.signal.aborted) setState({ data });
      } catch (error) {
        if (abort.signal.aborted) return;
        setState(({ data }) => ({ data, error: /** @type {Error} */ (error) }));
      }
    });
    setState({});
    reload.current = refresher.request;
    refresher.request();
    const unsubscribe = live.subscribe((change) => {
      if (isConcernedBy(change, latest)) refresher.request();
    });
    return () => {
      unsubscribe();
      refresher.stop();
      abort.abort();
    };
  }, dependencies);
  return { ...state, reload: () => reload.current() };
}

/** @returns {Connection} */
export function useConnection() {
  const [connection, setConnection] = useState(live.connection);
  useEffect(() => live.watch(() => setConnection(live.connection)), []);
  return connection;
}

/**
 * The server's time. While `isOn`, the component redraws every `everyMs` milliseconds.
 *
 * @param {boolean} isOn
 * @param {number} everyMs
 */
export function useNow(isOn, everyMs) {
  const [, redraw] = useState(0);
  useEffect(() => {
    if (!isOn) return undefined;
    const timer = setInterval(() => redraw((count) => count + 1), everyMs);
    return () => clearInterval(timer);
  }, [isOn, everyMs]);
  return serverNow();
}

/** @param {string} query a media query */
export function useMedia(query) {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const update = () => setMatches(list.matches);
    update();
    list.addEventListener('change', update);
    return () => list.removeEventListener('change', update);
  }, [query]);
  return matches;
}

/** @param {string} title the title of the page, in the window and in the browser's history */
export function useTitle(title) {
  useEffect(() => {
    document.title = `${title} – Inngest, embedded`;
  }, [title]);
}
