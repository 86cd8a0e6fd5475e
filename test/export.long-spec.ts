import { withSlowTests } from './support/slow-tests.js';

await withSlowTests(() => import('./export.e2e-spec.js'));
