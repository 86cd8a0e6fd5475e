import type { ApolloServerPlugin } from '@apollo/server';
import { assertWithinLimits } from './operation-limits.js';

/** Refuses operations that are too large before anything of them is done. */
export const limitsPlugin: ApolloServerPlugin = {
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation: ({ document, operationName, request }) => {
        assertWithinLimits(document, operationName, request.variables);
        return Promise.resolve();
      },
    }),
};
