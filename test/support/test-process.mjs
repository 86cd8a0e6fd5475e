// Prepares a process that runs tests.

// The decorators of test files need this; a test file may be the first file that this process loads.
import 'reflect-metadata';
import { register } from 'node:module';

// Lets Node load the TypeScript of the tests and the sources. It does not check types; `npm run type-check` does.
register('./typescript-hooks.mjs', import.meta.url);

// The SDK copies the environment at every call. Copying a plain object is much faster than copying Node's `process.env`.
process.env = { ...process.env };

// Jest disconnects when all tests are done. The process must exit then, even if a failed test left something open.
process.once('disconnect', () => process.exit());
