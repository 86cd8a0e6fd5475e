import { withSlowTests } from './support/slow-tests.js';

await withSlowTests(() => import('./outages.e2e-spec.js'));
