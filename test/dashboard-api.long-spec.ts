import { withSlowTests } from './support/slow-tests.js';

await withSlowTests(() => import('./dashboard-api.e2e-spec.js'));
