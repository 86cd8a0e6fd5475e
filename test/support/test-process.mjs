// Prepares a process that runs tests.

// What decorators of a test file need, which may be the first file of this process.
import 'reflect-metadata';
import { register } from 'node:module';

// Lets Node load the tests' and the sources' TypeScript; types are not checked here, `npm run type-check` does that.
register('./typescript-hooks.mjs', import.meta.url);

// The SDK copies the environment at every call. A plain object is copied far faster than Node's own.
process.env = { ...process.env };

// Jest lets go of it when all is done. What a failed test has left open must not keep it alive then.
process.once('disconnect', () => process.exit());
