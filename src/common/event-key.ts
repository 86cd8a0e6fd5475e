/**
 * Whether an event key can be sent. The SDK puts it into the path of the event API as it is, so it must come out of a URL
 * as it went in: no spaces, "/", "?", "#" or "%", and not "..".
 */
export function isEventKey(key: string): boolean {
  if (key === '' || /[\s\p{Cc}/\\?#%]/u.test(key)) return false;
  try {
    return decodeURIComponent(new URL(`/e/${key}`, 'http://inngest').pathname) === `/e/${key}`;
  } catch {
    return false;
  }
}
