import { withSlowTests } from '../../../test/support/slow-tests.js';

await withSlowTests(() => import('./call-queue.model.spec.js'));
