import { withSlowTests } from './support/slow-tests.js';

await withSlowTests(() => import('./bulk-jobs.e2e-spec.js'));
