import { availableParallelism } from 'node:os';

/**
 * Tests run in plain Node processes that load the code once for all files, in the place of Jest's own runner, which
 * links every module anew in every file.
 *
 * @type {import('jest').Config}
 */
export default {
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testRegex: '\\.(spec|e2e-spec)\\.ts$',
  runner: '<rootDir>/test/support/test-runner.mjs',
  // One more than there are cores: some tests wait for the disk, for real time or for a process.
  maxWorkers: availableParallelism() + 1,
  globalSetup: '<rootDir>/test/support/compile-tests.mjs',
  setupFiles: ['<rootDir>/test/support/test-process.mjs'],
  setupFilesAfterEnv: ['<rootDir>/test/support/test-timeout.mjs'],
  // For `--watch`, which finds the tests of a changed file by its imports.
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {},
};
