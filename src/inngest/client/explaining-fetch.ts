import { networkReason } from '../../common/error-text.js';
import type { InngestModuleOptions } from '../definition/inngest-module-options.js';
import { InngestAwayError } from '../errors/inngest-away.error.js';

/**
 * A `fetch` that rejects with an {@link InngestAwayError} if it cannot connect. It rejects as before for aborted
 * requests.
 */
export function explainingFetch(
  fetchIt: typeof fetch,
  { isDev, unreachableHint }: Pick<InngestModuleOptions, 'isDev' | 'unreachableHint'>,
): typeof fetch {
  return async (input, init) => {
    try {
      return await fetchIt(input, init);
    } catch (error) {
      if (init?.signal?.aborted) throw error;
      const url = input instanceof Request ? input.url : input;
      const advice = adviceFor(isDev ?? false, unreachableHint);
      throw new InngestAwayError(new URL(url).origin, networkReason(error), advice, error);
    }
  };
}

function adviceFor(isDev: boolean, hint: string | undefined): string {
  const advice = `Start ${isDev ? 'the Dev Server' : 'it'} there, or set the client's "baseUrl" to where it runs`;
  return hint ? `${advice}; or ${hint}.` : `${advice}.`;
}
