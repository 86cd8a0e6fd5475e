import { withSlowTests } from './support/slow-tests.js';

await withSlowTests(() => import('./pause.e2e-spec.js'));
