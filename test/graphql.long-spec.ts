import { withSlowTests } from './support/slow-tests.js';

await withSlowTests(() => import('./graphql.e2e-spec.js'));
