import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { wrongPages } from './package-pages.js';

/** The maximum size of the tarball, in bytes. */
const MOST_BYTES = 1_000_000;

/** Peer dependencies that the manifest lists only for their version. The package does not import them. */
const UNIMPORTED = ['@nestjs/platform-fastify', '@nestjs/terminus'];

const SOURCE = /\.(js|mjs|d\.ts)$/;

/** An import or export from a module, including type imports. */
const STATIC = /^\s*(?:import|export)\b[^;'"]*?\bfrom\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]/gm;
const DYNAMIC = /\b(?:import|require|createRequire\(import\.meta\.url\))\(\s*['"]([^'"]+)['"]/g;
const FILE = /new URL\(\s*['"](\.[^'"]+)['"]\s*,\s*import\.meta\.url/g;

interface Manifest {
  name: string;
  exports: Record<string, string | { types: string; default: string }>;
  bin?: Record<string, string>;
  dependencies: Record<string, string | undefined>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional: boolean }>;
}

/** Everything wrong with the package's files and manifest, one sentence each. */
export function mistakesOf(content: string, tarball: string): string[] {
  const manifest = JSON.parse(readFileSync(join(content, 'package.json'), 'utf8')) as Manifest;
  const files = readdirSync(content, { recursive: true, encoding: 'utf8' })
    .filter((file) => SOURCE.test(file))
    .map((file) => ({ file, text: withoutComments(readFileSync(join(content, file), 'utf8')) }));
  return [
    ...wrongSize(statSync(tarball).size),
    ...missingFiles(content, manifest, files),
    ...wrongPackages(manifest, files),
    ...wrongPages(content, manifest.name, Object.keys(manifest.exports)),
  ];
}

interface SourceFile {
  file: string;
  text: string;
}

function wrongSize(bytes: number): string[] {
  return bytes < MOST_BYTES ? [] : [`The tarball has ${bytes} bytes, and ${MOST_BYTES} at most are allowed.`];
}

function missingFiles(content: string, { exports, bin = {} }: Manifest, files: SourceFile[]): string[] {
  const entries = Object.values(exports).flatMap((entry) =>
    typeof entry === 'string' ? [entry] : [entry.types, entry.default],
  );
  const loaded = files.flatMap(({ file, text }) => all(text, FILE).map((path) => join(dirname(file), path)));
  const page = ['embedded/dashboard/page/index.html', 'embedded/dashboard/page/main.js'];
  return [...entries, ...Object.values(bin), ...loaded, ...page]
    .filter((path) => !existsSync(join(content, path)))
    .map((path) => `The package lacks ${path}.`);
}

function wrongPackages(manifest: Manifest, files: SourceFile[]): string[] {
  const { dependencies, peerDependencies, peerDependenciesMeta } = manifest;
  const optional = Object.keys(peerDependenciesMeta);
  const used = new Set<string>();
  const mistakes: string[] = [];
  for (const { file, text } of files) {
    const needed = all(text, STATIC).flatMap(packageOf);
    for (const name of [...needed, ...all(text, DYNAMIC).flatMap(packageOf)]) {
      const packages = file.endsWith('.d.ts') ? [name, typesOf(name)] : [name];
      const named = packages.find((one) => one in dependencies || one in peerDependencies);
      if (named === undefined) mistakes.push(`${file} imports ${name}, which the manifest does not name.`);
      else used.add(named);
    }
    if (file.endsWith('.d.ts')) continue;
    for (const name of needed.filter((one) => optional.includes(one)))
      mistakes.push(`${file} imports ${name} when it is loaded, though the package is an optional peer.`);
  }
  for (const [name, range] of Object.entries({ ...dependencies, ...peerDependencies })) {
    if (!used.has(name) && !UNIMPORTED.includes(name))
      mistakes.push(`The manifest names ${name}, which nothing imports.`);
    if (range === undefined) mistakes.push(`The manifest has no version for ${name}.`);
  }
  for (const name of Object.keys(dependencies))
    if (name.startsWith('@nestjs/') || ['inngest', 'rxjs'].includes(name) || optional.includes(name))
      mistakes.push(`${name} must be a peer only.`);
  return [...new Set(mistakes)];
}

/** The package that a module specifier refers to. Empty for relative paths and for modules of Node. */
function packageOf(module: string): string[] {
  if (/^(\.|node:|#|%)/.test(module) || builtinModules.includes(module)) return [];
  return [module.split('/', module.startsWith('@') ? 2 : 1).join('/')];
}

/** The `@types` package of a package without types. Only types need it: it contains no code. */
function typesOf(name: string): string {
  return `@types/${name.replace(/^@(.+)[/]/, '$1__')}`;
}

function all(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].flatMap(([, ...groups]) =>
    groups.filter((group) => group !== undefined),
  );
}

/** Removes comments on whole lines. Their examples contain imports, too. */
function withoutComments(text: string): string {
  return text.replaceAll(/^\s*\/\*[^]*?\*\//gm, '').replaceAll(/^\s*\/\/.*$/gm, '');
}
