import { withSlowTests } from './support/slow-tests.js';

await withSlowTests(() => import('./time.e2e-spec.js'));
