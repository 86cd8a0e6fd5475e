/** The host that stands in a connected app's URL for "wherever its connection comes from", as on the real server. */
const ANYWHERE = 'connect';

/** Whether an app or a function has this URL because its app connects, rather than being called over HTTP. */
export function isConnectUrl(url: string): boolean {
  return URL.canParse(url) && /^wss?:$/.test(new URL(url).protocol);
}

/**
 * What is registered as the URL of an app that connects.
 *
 * @param from the address of its machine where only that one may speak for the app; any unless given
 */
export function connectUrlOf(appName: string, from?: string): string {
  const host = from === undefined ? ANYWHERE : from.includes(':') ? `[${from}]` : from;
  return `wss://${host}?app_name=${encodeURIComponent(appName)}`;
}
