import { withSlowTests } from './support/slow-tests.js';

await withSlowTests(() => import('./functions-limits.e2e-spec.js'));
