import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const SRC = resolve('src');
const IMPORT = /^(?:import|export)\s(?!type\b)[^'"]*?from '([^']+)'/gm;

/** All files and packages that a source file loads, including the file itself. */
function loadedBy(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
    if (specifier.startsWith('.')) loadedBy(join(dirname(file), specifier.replace(/\.js$/, '.ts')), found);
    else found.add(specifier);
  }
  return found;
}

it('the entry of the test server loads nothing of the Nest library, nor a test framework', () => {
  const loaded = [...loadedBy(join(SRC, 'testing/index.ts'))];
  const folders = loaded
    .filter((name) => name.startsWith(SRC))
    .map((file) => relative(SRC, file).split(/[\\/]/)[0]);

  expect(new Set(folders)).toEqual(new Set(['clock', 'common', 'embedded', 'guards', 'testing']));
  const packages = loaded.filter((name) => !name.startsWith(SRC) && !name.startsWith('node:'));
  const watched = packages.filter((name) => name.startsWith('@nestjs/') || /jest|vitest/.test(name));
  expect(new Set(watched)).toEqual(new Set(['@nestjs/common', '@nestjs/core']));
});
