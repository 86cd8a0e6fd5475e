import { withoutCheckpointing } from './support/client-mode.js';
import { withSlowTests } from './support/slow-tests.js';

// `npm test` runs these tests with the default client. Here each call ends after one step.
const load = async (): Promise<void> => {
  await import('./demo-task.e2e-spec.js');
  await import('./functions.e2e-spec.js');
  await import('./functions-defer.e2e-spec.js');
  await import('./functions-errors.e2e-spec.js');
  await import('./functions-experiment.e2e-spec.js');
  await import('./functions-parallel.e2e-spec.js');
  await import('./replay-from-step.e2e-spec.js');
  await import('./rest.e2e-spec.js');
  await import('./tracing.e2e-spec.js');
};

await withoutCheckpointing(() => withSlowTests(load));
