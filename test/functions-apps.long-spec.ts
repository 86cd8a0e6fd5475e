import { withSlowTests } from './support/slow-tests.js';

await withSlowTests(() => import('./functions-apps.e2e-spec.js'));
