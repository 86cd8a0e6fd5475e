import { withSlowTests } from '../../../test/support/slow-tests.js';

await withSlowTests(() => import('./migrate.spec.js'));
