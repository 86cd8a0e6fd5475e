import { useEffect, useState } from 'preact/hooks';

/**
 * The view that the URL names after the `#`: `#/runs/01ABC?step=x`.
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
 * @param {Record<string, string | undefined>} [query] empty values are left out
 */
export function href(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value);
  const search = new URLSearchParams(/** @type {[string, string][]} */ (given)).toString();
  return `#/${path.map(encodeURIComponent).join('/')}${search && `?${search}`}`;
}

/** @param {string} to a result of {@link href} */
export function go(to) {
  location.hash = to;
}

/**
 * Changes the URL without a new entry in the browser's history.
 *
 * @param {string} to a result of {@link href}
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
