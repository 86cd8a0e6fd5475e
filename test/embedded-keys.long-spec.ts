import { withSlowTests } from './support/slow-tests.js';

await withSlowTests(() => import('./embedded-keys.e2e-spec.js'));
