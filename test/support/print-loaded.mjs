// Preloaded with `node --import`: when the process exits, prints the CommonJS files of packages that it has loaded.
import { createRequire } from 'node:module';

const { cache } = createRequire(import.meta.url);
process.on('exit', () => {
  for (const file of Object.keys(cache)) process.stdout.write(`loaded: ${file}\n`);
});
