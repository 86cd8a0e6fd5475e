/**
 * Whether an event key can be sent. The SDK inserts the key into the path of the event API without encoding it, so a
 * URL must not change it: no spaces, "/", "?", "#" or "%", and not "..".
 */
export function isEventKey(key: string): boolean {
  if (key === '' || /[\s\p{Cc}/\\?#%]/u.test(key)) return false;
  try {
    return decodeURIComponent(new URL(`/e/${key}`, 'http://inngest').pathname) === `/e/${key}`;
  } catch {
    return false;
  }
}
