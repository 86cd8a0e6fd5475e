import { withSlowTests } from './support/slow-tests.js';

await withSlowTests(() => import('./data-file.e2e-spec.js'));
