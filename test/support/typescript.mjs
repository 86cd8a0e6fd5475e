// Lets Node load the tests' and the sources' TypeScript; types are not checked here, `npm run type-check` does that.
import '@swc-node/register/esm-register';
import { register } from 'node:module';

register('./absent-packages.mjs', import.meta.url);
