import { withSlowTests } from './support/slow-tests.js';

await withSlowTests(() => import('./budgets.e2e-spec.js'));
