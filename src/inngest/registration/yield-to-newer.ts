import type { Clock } from '../../clock/index.js';
import type { InngestModuleOptions } from '../definition/inngest-module-options.js';
import { readApp } from './app-reading.js';
import { requestInngest } from './inngest-request.js';
import { isRegistration, superseded } from '../definition/sync-outcome.js';

/**
 * A fetch that does not send a registration while Inngest has the app from a newer deployment; the registration is
 * answered as a success that changed nothing. Real servers know nothing of deployments, so the older one has to yield.
 * The embedded server decides for itself, and gets the registration.
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
    // The registration shows the key; where the key is refused, so is the registration, and the SDK tries the other one.
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
      // Nobody answers: the registration says so.
      return undefined;
    }
  }
}
