// Module hooks for test processes: they load TypeScript and find packages. Hooks run in a separate thread, in which
// `@swc-node/register` would take half a second to load the TypeScript compiler.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

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
  inlineSourcesContent: true,
  swcrc: false,
};

/** The cache of compiled files. The key is a hash of everything that the output depends on. */
const CACHE = new URL('../../node_modules/.cache/test-sources/', import.meta.url);
mkdirSync(CACHE, { recursive: true });
const SALT = JSON.stringify([require('@swc/core/package.json').version, OPTIONS]);

/** The locations of packages, by specifier and importer. Nest resolves them again for every application. */
const found = new Map();
/**
 * Optional Nest packages that are not installed. The hook throws a string for them, because an error with a stack is expensive to
 * pass between threads.
 */
const absent = new Set();

/** @type {import('node:module').ResolveHook} */
export async function resolve(specifier, context, nextResolve) {
  const { parentURL } = context;
  if (specifier.startsWith('file:') || specifier.startsWith('.')) {
    const url = typeScriptAt(specifier, parentURL);
    return url ? { url, format: 'module', shortCircuit: true } : nextResolve(specifier, context);
  }
  if (absent.has(specifier)) throw `${specifier} is not installed.`;
  const key = `${specifier} ${parentURL} ${context.conditions.join()}`;
  const known = found.get(key);
  if (known) return { ...known, shortCircuit: true };
  try {
    const resolved = await nextResolve(specifier, context);
    found.set(key, { url: resolved.url, format: resolved.format });
    return resolved;
  } catch (error) {
    if (specifier.startsWith('@nestjs/')) absent.add(specifier);
    throw error;
  }
}

/** @type {import('node:module').LoadHook} */
export async function load(url, context, nextLoad) {
  if (!isTypeScript(url)) return nextLoad(url, context);
  return { format: 'module', source: compiled(fileURLToPath(url)), shortCircuit: true };
}

/** The TypeScript file of a specifier. Imports use the name of the compiled JavaScript file. */
function typeScriptAt(specifier, parentURL) {
  if (isTypeScript(specifier)) return new URL(specifier, parentURL).href;
  if (!specifier.endsWith('.js') || parentURL?.includes('/node_modules/')) return undefined;
  const url = new URL(specifier.replace(/js$/, 'ts'), parentURL);
  return existsSync(url) ? url.href : undefined;
}

function isTypeScript(specifier) {
  return /\.ts(\?|$)/.test(specifier) && !specifier.includes('/node_modules/');
}

function compiled(file) {
  const source = readFileSync(file, 'utf8');
  const key = createHash('sha1').update(SALT).update(file).update('\0').update(source).digest('hex');
  const kept = new URL(`${key}.js`, CACHE);
  try {
    return readFileSync(kept, 'utf8');
  } catch {
    const { code } = require('@swc/core').transformSync(source, { ...OPTIONS, filename: file });
    // Replaces the file atomically, because another process may read it at the same time.
    const unfinished = new URL(`${key}.${process.pid}`, CACHE);
    writeFileSync(unfinished, code);
    renameSync(unfinished, kept);
    return code;
  }
}
