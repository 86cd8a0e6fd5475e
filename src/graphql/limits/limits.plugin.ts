import type { ApolloServerPlugin } from '@apollo/server';
import { assertWithinLimits } from './operation-limits.js';

/** Rejects operations that are too large, before they are executed. */
export const limitsPlugin: ApolloServerPlugin = {
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation: ({ document, operationName, request }) => {
        assertWithinLimits(document, operationName, request.variables);
        return Promise.resolve();
      },
    }),
};
