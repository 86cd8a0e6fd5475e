import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { wrongPages } from './package-pages.js';

const PAGES = {
  'README.md': '# A package\n\n[Tests](docs/testing.md), [how](docs/testing.md#what-it-is-for).\n',
  'docs/testing.md':
    '# Tests\n\n[Back](../README.md), [below](#what-it-is-for), <https://example.com>\n\n## What it is for?\n',
};

let content: string;

beforeEach(() => (content = mkdtempSync(join(tmpdir(), 'package-pages-'))));
afterEach(() => rmSync(content, { recursive: true }));

/** The mistakes found in the pages above plus this one. */
function mistakes(page: string): string[] {
  for (const [file, text] of Object.entries({ ...PAGES, 'docs/more.md': page })) {
    mkdirSync(dirname(join(content, file)), { recursive: true });
    writeFileSync(join(content, file), text);
  }
  return wrongPages(content, 'some-package', ['.', './testing']);
}

function example(...lines: string[]): string {
  return ['```ts', ...lines, '```', ''].join('\n');
}

describe('The pages of the package', () => {
  it('may link to each other, and to other sites', () => {
    expect(mistakes('[Tests](testing.md) are on [a site](https://example.com/a).')).toEqual([]);
  });

  it.each(['gone.md', '../src/index.ts', '../../README.md', '#gone', 'testing.md#gone'])(
    'are refused for a link to %s',
    (target) => {
      expect(mistakes(`[Here](${target}).`)).toEqual([
        `docs/more.md links to ${target}, which the package does not have.`,
      ]);
    },
  );

  it('may import entries of the package, other packages and examples of the page', () => {
    const shop = example('// shop.ts', "import { a } from 'some-package';", "import 'another';");
    const spec = example("import { b } from 'some-package/testing';", "import { shop } from './shop.js';");

    expect(mistakes(shop + spec)).toEqual([]);
  });

  it.each([
    ["import { a } from './lib/index.js';", './lib/index.js'],
    ["import {\n  a,\n} from '../index.js';", '../index.js'],
    ["const a = await import('some-package/gone');", 'some-package/gone'],
    ["const a = require('./index.js');", './index.js'],
  ])('are refused for an example with %s', (line, module) => {
    expect(mistakes(example(line))).toEqual([
      `docs/more.md has an example that imports ${module}, which the package does not have.`,
    ]);
  });
});
