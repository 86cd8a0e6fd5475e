import { DEFAULT_APP } from './inngest-app.js';

/**
 * The token of an app's client, e.g. for `app.get(getInngestToken())` or to replace it in a test.
 *
 * @param name the `name` in its module's options; undefined for the app without a name
 */
export function getInngestToken(name: string = DEFAULT_APP): string {
  return name === DEFAULT_APP ? 'InngestClient' : `InngestClient:${name}`;
}
