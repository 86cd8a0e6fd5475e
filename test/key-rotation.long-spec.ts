import { withSlowTests } from './support/slow-tests.js';

await withSlowTests(() => import('./key-rotation.e2e-spec.js'));
