import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('./', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');
const quick = readdirSync(folder).filter((name) => name.endsWith('.e2e-spec.ts'));
const importing = (support: RegExp): string[] => quick.filter((name) => support.test(read(name)));
const imported = (name: string): string => `import('./${name.replace(/ts$/, 'js')}')`;

describe('What npm test leaves out', () => {
  it.each(importing(/^import .*\/slow-tests\.js';$/m))('of %s is in a long test', (name) => {
    const long = read(name.replace('.e2e-spec.ts', '.long-spec.ts'));
    expect(long).toContain(`withSlowTests(() => ${imported(name)})`);
  });

  it.each(importing(/^import .*\/client-mode\.js';$/m))(
    'of %s, without checkpointing, is in a long test',
    (name) => {
      expect(read('without-checkpointing.long-spec.ts')).toContain(`await ${imported(name)}`);
    },
  );
});
