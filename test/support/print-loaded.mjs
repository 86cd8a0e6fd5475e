// With `node --import`, prints at the end which CommonJS files of packages the process has loaded.
import { createRequire } from 'node:module';

const { cache } = createRequire(import.meta.url);
process.on('exit', () => {
  for (const file of Object.keys(cache)) process.stdout.write(`loaded: ${file}\n`);
});
