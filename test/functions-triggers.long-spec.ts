import { withSlowTests } from './support/slow-tests.js';

await withSlowTests(() => import('./functions-triggers.e2e-spec.js'));
