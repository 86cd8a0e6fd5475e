import { withSlowTests } from './support/slow-tests.js';

await withSlowTests(() => import('./functions-config.e2e-spec.js'));
