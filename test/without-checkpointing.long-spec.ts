import { withoutCheckpointing } from './support/client-mode.js';
import { withSlowTests } from './support/slow-tests.js';

/** Test files that `npm test` runs with the default client. Here each call ends after one step. */
const FILES = [
  'demo-task',
  'functions',
  'functions-defer',
  'functions-errors',
  'functions-experiment',
  'functions-parallel',
  'replay-from-step',
  'rest',
  'tracing',
];

await withoutCheckpointing(() =>
  withSlowTests(async () => {
    // With a query, because another test of this process may have loaded the file before, with checkpointing.
    for (const name of FILES) await import(`./${name}.e2e-spec.js?without-checkpointing`);
  }),
);
