import { withSlowTests } from './support/slow-tests.js';

await withSlowTests(() => import('./demo-task.e2e-spec.js'));
