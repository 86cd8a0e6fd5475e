// Prepares a process that runs tests.

// The decorators of test files need this; a test file may be the first file that this process loads.
import 'reflect-metadata';

// The SDK copies the environment at every call. Copying a plain object is much faster than copying Node's `process.env`.
process.env = { ...process.env };

// Jest disconnects when all tests are done. The process must exit then, even if a failed test left something open.
process.once('disconnect', () => process.exit());
