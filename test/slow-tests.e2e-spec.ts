import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** Test files that `npm test` runs, and that import a file of the support folder. */
function importing(support: string): string[] {
  return ['src', 'test'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /[.](e2e-)?spec[.]ts$/.test(name))
      .map((name) => `${folder}/${name}`)
      .filter((file) => new RegExp(`^import .*/${support}\\.js';$`, 'm').test(readFileSync(file, 'utf8'))),
  );
}

const imported = (file: string): string => `import('./${basename(file).replace(/ts$/, 'js')}')`;

describe('What npm test leaves out', () => {
  it.each(importing('slow-tests'))('of %s is in a long test', (file) => {
    const long = readFileSync(file.replace(/[.](e2e-)?spec[.]ts$/, '.long-spec.ts'), 'utf8');
    expect(long).toContain(`withSlowTests(() => ${imported(file)})`);
  });

  it.each(importing('client-mode'))('of %s, without checkpointing, is in a long test', (file) => {
    const [name] = basename(file).split('.e2e-spec');
    expect(readFileSync('test/without-checkpointing.long-spec.ts', 'utf8')).toContain(`  '${name}',`);
  });
});
