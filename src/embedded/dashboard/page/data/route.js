import { useEffect, useState } from 'preact/hooks';

/**
 * Where the page is, as its address says behind the `#`: `#/runs/01ABC?step=x`.
 *
 * @typedef {{ path: string[], query: URLSearchParams }} Route
 */

/**
 * @param {string} hash
 * @returns {Route}
 */
export function parseRoute(hash) {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  return {
    path: path.split('/').filter(Boolean).map(decodeURIComponent),
    query: new URLSearchParams(query),
  };
}

/**
 * @param {string[]} path
 * @param {Record<string, string | undefined>} [query] what is empty is left out
 */
export function href(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value);
  const search = new URLSearchParams(/** @type {[string, string][]} */ (given)).toString();
  return `#/${path.map(encodeURIComponent).join('/')}${search && `?${search}`}`;
}

/** @param {string} to as {@link href} makes it */
export function go(to) {
  location.hash = to;
}

/**
 * Changes the address without a new step in the browser's history.
 *
 * @param {string} to as {@link href} makes it
 */
export function replaceRoute(to) {
  history.replaceState(null, '', to);
  dispatchEvent(new HashChangeEvent('hashchange'));
}

/** @returns {Route} */
export function useRoute() {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const update = () => setHash(location.hash);
    addEventListener('hashchange', update);
    return () => removeEventListener('hashchange', update);
  }, []);
  return parseRoute(hash);
}
