import { withSlowTests } from './support/slow-tests.js';

await withSlowTests(() => import('./mcp-access.e2e-spec.js'));
