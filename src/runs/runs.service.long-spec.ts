import { withSlowTests } from '../../test/support/slow-tests.js';

await withSlowTests(() => import('./runs.service.spec.js'));
