import { withSlowTests } from './support/slow-tests.js';

await withSlowTests(() => import('./slow-readers.e2e-spec.js'));
