// Compiles the TypeScript of the tests and the sources before Jest runs them. It does not check types; `npm run type-check` does.
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { transform } from '@swc/core';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** A tree of the same shape as the repository. Packages are found from here, because it is below `node_modules`. */
const COMPILED = join(ROOT, 'node_modules/.cache/compiled-tests');
/** The hash of each source when it was compiled, by its path. */
const MANIFEST = join(COMPILED, 'sources.json');
/** Projects of users, which are installed and compiled elsewhere. */
const LEFT_OUT = join(ROOT, 'test/package/projects');

/** The options of `tsconfig.json` in the format of swc. */
const OPTIONS = {
  jsc: {
    target: 'es2023',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: true },
    keepClassNames: true,
    experimental: { keepImportAttributes: true },
  },
  isModule: true,
  module: { type: 'es6' },
  sourceMaps: 'inline',
  // Node reads the source from the disk when it needs it.
  inlineSourcesContent: false,
  swcrc: false,
};
/** What the compiled files depend on, beside their sources. */
const SALT = [
  createRequire(import.meta.url)('@swc/core/package.json').version,
  ROOT,
  readFileSync(fileURLToPath(import.meta.url), 'utf8'),
].join();

/** The file to run in the place of a source. */
export function compiledFile(source) {
  return join(COMPILED, relative(ROOT, source)).replace(/\.ts$/, '.js');
}

/** Compiles the files that have changed, and removes those whose source is gone. */
export default async function compileTests() {
  mkdirSync(COMPILED, { recursive: true });
  const before = readManifest();
  const now = {};
  const changed = [];
  for (const file of ['src', 'test'].flatMap((folder) => [...sourcesIn(join(ROOT, folder))])) {
    const source = readFileSync(file);
    const name = relative(ROOT, file);
    now[name] = createHash('sha1').update(SALT).update(source).digest('hex');
    if (now[name] !== before[name]) changed.push(file);
  }
  for (const name of Object.keys(before)) {
    if (!(name in now)) rmSync(compiledFile(join(ROOT, name)), { force: true });
  }
  await Promise.all(changed.map(compile));
  write(join(COMPILED, 'package.json'), '{ "type": "module" }');
  if (JSON.stringify(now) !== JSON.stringify(before)) write(MANIFEST, JSON.stringify(now));
}

function readManifest() {
  try {
    return JSON.parse(readFileSync(MANIFEST, 'utf8'));
  } catch {
    return {};
  }
}

function* sourcesIn(folder) {
  if (folder === LEFT_OUT) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sourcesIn(path);
    else if (['.ts', '.js', '.mjs'].includes(extname(entry.name)) && !entry.name.endsWith('.d.ts'))
      yield path;
  }
}

async function compile(file) {
  const target = compiledFile(file);
  mkdirSync(dirname(target), { recursive: true });
  if (!file.endsWith('.ts')) return copyFileSync(file, target);
  const { code } = await transform(readFileSync(file, 'utf8'), { ...OPTIONS, filename: file });
  // The module finds its own files where its source is. On one line with the code, so that line numbers stay.
  const origin = { url: pathToFileURL(file).href, filename: file, dirname: dirname(file) };
  write(target, `Object.assign(import.meta, ${JSON.stringify(origin)}); ${code}`);
}

/** Replaces the file atomically, because a process of another run may read it at the same time. */
function write(file, text) {
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, text);
  renameSync(unfinished, file);
}
