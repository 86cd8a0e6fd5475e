// Module hooks for the tests' processes: loads TypeScript, and finds packages. They run in a thread of their own, where
// `@swc-node/register` would spend half a second on loading the TypeScript compiler.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

/** What `tsconfig.json` says, in swc's words. */
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

/** What was compiled is kept here, by the hash of all that it depends on. */
const CACHE = new URL('../../node_modules/.cache/test-sources/', import.meta.url);
mkdirSync(CACHE, { recursive: true });
const SALT = JSON.stringify([require('@swc/core/package.json').version, OPTIONS]);

/** Where packages are, by their name and by who asks. Nest asks anew for every application that it makes. */
const found = new Map();
/** Packages that are not installed. Nest does without; an error with a stack would have to go from thread to thread. */
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

/** The TypeScript file that is meant: imports name it as the JavaScript that it becomes. */
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
    // Another process may read it at the same time.
    const unfinished = new URL(`${key}.${process.pid}`, CACHE);
    writeFileSync(unfinished, code);
    renameSync(unfinished, kept);
    return code;
  }
}
