import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { mistakesOf } from './package-content.js';

const MANIFEST = {
  name: 'some-package',
  exports: { '.': { types: './index.d.ts', default: './index.js' } },
  dependencies: { croner: '^11.0.0' },
  peerDependencies: { '@nestjs/common': '^12.0.0', '@types/express': '^5.0.0', libsql: '^0.5.0' },
  peerDependenciesMeta: { '@types/express': { optional: true }, libsql: { optional: true } },
};

const FILES = {
  'index.js': [
    "import { Cron } from 'croner';",
    "import { Module } from '@nestjs/common';",
    "import { other } from './other.js';",
    "export * from 'node:fs';",
    "// import 'a-comment';",
    "const load = () => import('libsql');",
  ].join('\n'),
  'index.d.ts': "import type { Request } from 'express';\n",
  'embedded/dashboard/page/index.html': '',
  'embedded/dashboard/page/main.js': '',
};

let folder: string;

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'package-content-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** The mistakes found in a package with these files and manifest fields in place of the ones above. */
function mistakes(files: Record<string, string> = {}, manifest: object = {}, bytes = 1_000): string[] {
  const content = { ...FILES, ...files, 'package.json': JSON.stringify({ ...MANIFEST, ...manifest }) };
  for (const [file, text] of Object.entries({ ...content, '../package.tgz': 'x'.repeat(bytes) })) {
    const path = join(folder, 'content', file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return mistakesOf(join(folder, 'content'), join(folder, 'package.tgz'));
}

describe('The content of the package', () => {
  it('may be as it should be', () => {
    expect(mistakes()).toEqual([]);
  });

  it.each([
    ["import x from 'undici/lib';", 'other.js imports undici, which the manifest does not name.'],
    ["export * from '@nestjs/core';", 'other.js imports @nestjs/core, which the manifest does not name.'],
    [
      "import {\n  a,\n  b,\n} from 'several-lines';",
      'other.js imports several-lines, which the manifest does not name.',
    ],
    ["const a = () => require('lazy');", 'other.js imports lazy, which the manifest does not name.'],
    [
      "import libsql from 'libsql';",
      'other.js imports libsql when it is loaded, though the package is an optional peer.',
    ],
    ["import express from 'express';", 'other.js imports express, which the manifest does not name.'],
    ["const load = () => import('express');", 'other.js imports express, which the manifest does not name.'],
    ["new Worker(new URL('./thread.mjs', import.meta.url))", 'The package lacks thread.mjs.'],
  ])('is refused for %s', (text, mistake) => {
    expect(mistakes({ 'other.js': text })).toEqual([mistake]);
  });

  it('is refused for an entry point that is not there', () => {
    expect(
      mistakes(
        {},
        { exports: { ...MANIFEST.exports, './more': { types: './more.d.ts', default: './more.js' } } },
      ),
    ).toEqual(['The package lacks ./more.d.ts.', 'The package lacks ./more.js.']);
  });

  it('is refused for packages that nothing imports, and for peers that are dependencies', () => {
    const dependencies = { croner: '^11.0.0', ulid: '^2.0.0', inngest: '^4.0.0' };

    expect(mistakes({ 'more.js': "import 'inngest';" }, { dependencies })).toEqual([
      'The manifest names ulid, which nothing imports.',
      'inngest must be a peer only.',
    ]);
  });

  it('is refused for pages with links to what it does not have', () => {
    expect(mistakes({ 'README.md': '[More](gone.md)' })).toEqual([
      'README.md links to gone.md, which the package does not have.',
    ]);
  });

  it('is refused from 1 MB on', () => {
    expect(mistakes({}, {}, 1_000_000)).toEqual([expect.stringContaining('has 1000000 bytes')]);
  });
});
