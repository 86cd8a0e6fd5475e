import type { Clock } from '../../clock/index.js';
import type { InngestModuleOptions } from '../definition/inngest-module-options.js';
import { readApp } from './app-reading.js';
import { requestInngest } from './inngest-request.js';
import { isRegistration, superseded } from '../definition/sync-outcome.js';

/**
 * A fetch that does not send a registration if a newer deployment has registered the app. It answers the SDK with a
 * success that changed nothing. Real servers do not compare deployments, so the older deployment must not register. The
 * embedded server compares them itself, so it gets the registration.
 */
export function yieldToNewer(
  fetchIt: typeof fetch,
  { id, deployment }: Pick<InngestModuleOptions, 'id' | 'deployment'>,
  clock: Clock,
): typeof fetch {
  if (deployment === undefined) return fetchIt;
  return async (input, init) => {
    if (!isRegistration(input)) return fetchIt(input, init);
    const newer = await newerAt(input, init);
    return newer === undefined ? fetchIt(input, init) : superseded(newer);
  };

  async function newerAt(
    input: string | URL | Request,
    init: RequestInit | undefined,
  ): Promise<number | undefined> {
    const { origin } = new URL(input instanceof Request ? input.url : input);
    // Uses the key of the registration. If Inngest refuses the key, it also refuses the registration, and the SDK tries
    // the fallback.
    const authorization = new Headers(init?.headers).get('authorization');
    const headers: Record<string, string> = authorization === null ? {} : { authorization };
    const forever = new AbortController().signal;
    try {
      const get = (path: string) =>
        requestInngest(clock, fetchIt, 'GET', new URL(path, origin).href, forever, headers);
      const app = await readApp(get, origin, id);
      if (app.kind !== 'known' || app.keepsNewer || app.functionCount === 0) return undefined;
      return app.deployment !== undefined && app.deployment > deployment! ? app.deployment : undefined;
    } catch {
      // Nothing answers. Send the registration, which then reports that.
      return undefined;
    }
  }
}
