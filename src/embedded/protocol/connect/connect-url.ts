/** The host in the URL of an app that may connect from any address, as on the real server. */
const ANYWHERE = 'connect';

/** Whether this is the URL of an app or a function that is called over a connection, not over HTTP. */
export function isConnectUrl(url: string): boolean {
  // Nearly all URLs are HTTP URLs, and every call asks.
  if (url.startsWith('http://') || url.startsWith('https://')) return false;
  return URL.canParse(url) && /^wss?:$/.test(new URL(url).protocol);
}

/**
 * The URL under which an app that connects is registered.
 *
 * @param from the IP address of its machine, if only workers at that address may register the app. Default: any address
 */
export function connectUrlOf(appName: string, from?: string): string {
  const host = from === undefined ? ANYWHERE : from.includes(':') ? `[${from}]` : from;
  return `wss://${host}?app_name=${encodeURIComponent(appName)}`;
}
