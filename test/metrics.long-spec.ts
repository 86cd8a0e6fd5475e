import { withSlowTests } from './support/slow-tests.js';

await withSlowTests(() => import('./metrics.e2e-spec.js'));
