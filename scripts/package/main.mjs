#!/usr/bin/env node
// Makes the package that other projects install: compiles what its entry points import, puts it beside a manifest of its
// own into dist-package/content, packs that, and prints the tarball's path last.
//
//   npm run package
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, posix, resolve } from 'node:path';
import { manifestOf } from './manifest.mjs';

const ROOT = resolve(import.meta.dirname, '../..');
const OUT = join(ROOT, 'dist-package');
const CONTENT = join(OUT, 'content');

/** What the compiled code reads and TypeScript does not copy, from src on. */
const ASSETS = ['embedded/store/checkpoint-thread.mjs', 'embedded/dashboard/page'];
const ASSET = /\.(m?js|css|html|svg)$/;

/** The pages that the package has, besides what they link to in docs and beside this repository's README. */
const PAGES = ['docs/package.md', 'docs/glossary.md'];

rmSync(OUT, { recursive: true, force: true });
mkdirSync(CONTENT, { recursive: true });
run(createRequire(import.meta.url).resolve('typescript/bin/tsc'), [
  '-p',
  join(import.meta.dirname, 'tsconfig.json'),
  '--outDir',
  CONTENT,
]);
for (const asset of ASSETS) {
  const isAsset = (path) => ASSET.test(path) || !/\.[^/\\]*$/.test(path);
  cpSync(join(ROOT, 'src', asset), join(CONTENT, asset), { recursive: true, filter: isAsset });
}
const application = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
writeFileSync(join(CONTENT, 'package.json'), `${JSON.stringify(manifestOf(application), null, 2)}\n`);
// Each lies where it lies here, so that its links hold.
for (const page of linkedFrom(PAGES)) {
  mkdirSync(dirname(join(CONTENT, page)), { recursive: true });
  cpSync(join(ROOT, page), join(CONTENT, page));
}
writeFileSync(join(CONTENT, 'README.md'), readme());

const npm = process.env.npm_execpath;
if (npm === undefined) throw new Error('npm runs this script: npm run package');
const packed = run(npm, ['pack', CONTENT, '--json', '--ignore-scripts', '--pack-destination', OUT], 'pipe');
const [{ filename, size, entryCount }] = JSON.parse(packed);
console.log(`${entryCount} files, ${Math.ceil(size / 1_000)} kB packed. Install it by its path:`);
console.log(join(OUT, filename));

/** These pages, and all to which their links lead from page to page. The package has a README of its own. */
function linkedFrom(pages) {
  const found = new Set(pages);
  for (const page of found) {
    for (const [, link] of readFileSync(join(ROOT, page), 'utf8').matchAll(/\]\(([\w./-]+\.md)/g)) {
      const target = posix.join(posix.dirname(page), link);
      if (/^(docs\/)?[\w-]+\.md$/.test(target) && target !== 'README.md') found.add(target);
    }
  }
  return found;
}

/** docs/package.md, whose links to pages beside it lead into docs from the package's own folder. */
function readme() {
  return readFileSync(join(ROOT, 'docs/package.md'), 'utf8').replaceAll(/\]\((?=[\w-]+\.md)/g, '](docs/');
}

/** Runs a script with this Node, which needs no shell on any system. Ends this process when that fails. */
function run(script, values, stdout = 'inherit') {
  const ran = spawnSync(process.execPath, [script, ...values], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', stdout, 'inherit'],
  });
  if (ran.status !== 0) process.exit(ran.status ?? 1);
  return ran.stdout;
}
