// Joins each built program with the packages that it loads, so that it starts in less than half the time: Node needs longer
// to find, read and link 2,200 modules than to execute them. `npm run build` calls it after `nest build`.
// Usage: node scripts/bundle.mjs [folder]
//
// The bundles are in the folder `bundle`, and the programs load them. All other files stay where they are: the programs
// read the dashboard's files and start threads from there, and load packages that are rarely needed from node_modules.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { decode, encode } from '@jridgewell/sourcemap-codec';
import { build } from 'esbuild';
import ts from 'typescript';

const DIST = resolve(process.argv[2] ?? 'dist');
const OUT = join(DIST, 'bundle');
const PROGRAMS = ['main', 'command/main', 'validate', 'reset'];

/** OpenTelemetry stays in node_modules: it keeps state that the program shares with instrumentation that is loaded before it. */
const EXTERNAL = ['@opentelemetry/*'];

/**
 * How a module makes its own `require`, which esbuild does not follow: Node would load a second copy of the package from
 * node_modules. Without this line, esbuild puts the package into the bundle.
 */
const REQUIRE = /^\s*const require = createRequire\(import\.meta\.url\);$/m;

/** The start of each file of the bundle: `require` for CommonJS modules, and the functions that the code below inserts. */
const HEAD = `
import { createRequire as requireFrom } from 'node:module';
import { fileURLToPath as pathOfUrl } from 'node:url';
const require = requireFrom(import.meta.url);
const originalUrl = (path) => new URL(path, import.meta.url).href;
const originalPath = (path) => pathOfUrl(new URL(path, import.meta.url));
const withNames = (module) =>
  Object.keys(module).join() === 'default' ? { ...module.default, default: module.default } : module;
`;

/**
 * Nest makes the format of its log's times when it is loaded, which takes 8 MB of memory. This project's loggers have their own
 * format, so the bundle makes Nest's at its first use.
 */
const LOGGERS = /[/\\]@nestjs[/\\]common[/\\]services[/\\]/;
const DATE_FORMAT = /^const (\w+) = (new Intl\.DateTimeFormat\([^;]*\));$/m;
const LAZY_DATE_FORMAT = 'const $1 = { format: (date) => ($1.made ??= $2).format(date) };';

if (existsSync(OUT))
  throw new Error(`${OUT} is there already, so the programs are bundles. Run first: npx nest build`);
await build({
  entryPoints: Object.fromEntries(PROGRAMS.map((program) => [bundleOf(program), fileOf(program)])),
  bundle: true,
  splitting: true,
  outdir: OUT,
  chunkNames: '[hash]',
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  // Node keeps the text of the modules in memory.
  minifyWhitespace: true,
  minifySyntax: true,
  keepNames: true,
  legalComments: 'none',
  sourcemap: true,
  sourcesContent: false,
  external: EXTERNAL,
  banner: { js: HEAD },
  plugins: [{ name: 'modules', setup: prepareModules }],
  logLevel: 'warning',
});
for (const file of readdirSync(OUT).filter((name) => name.endsWith('.js'))) {
  const code = readFileSync(join(OUT, file), 'utf8');
  writeFileSync(join(OUT, file), withoutNeedlessNames(code));
  const map = JSON.parse(readFileSync(join(OUT, `${file}.map`), 'utf8'));
  writeFileSync(join(OUT, `${file}.map`), JSON.stringify(withoutPackages(map)));
}
for (const program of PROGRAMS) startBundle(program);

function prepareModules(bundler) {
  // Packages load others that may be missing, inside `try` or only on demand. These imports stay, and fail as before.
  bundler.onResolve({ filter: /^[^./]/ }, async ({ path, pluginData, ...importer }) => {
    if (pluginData === 'is resolving') return undefined;
    const found = await bundler.resolve(path, { ...importer, pluginData: 'is resolving' });
    return found.errors.length > 0 ? { path, external: true } : found;
  });
  bundler.onLoad({ filter: /\.[cm]?js$/ }, async ({ path }) => {
    const original = (await readFile(path, 'utf8')).replace(REQUIRE, '');
    const code = LOGGERS.test(path) ? original.replace(DATE_FORMAT, LAZY_DATE_FORMAT) : original;
    return { contents: importingNames(atItsPlace(code, relative(OUT, path).replaceAll('\\', '/'))) };
  });
}

/** The module asks where it is, and gets the place that it has outside the bundle. */
function atItsPlace(code, file) {
  return code
    .replaceAll('import.meta.url', `originalUrl(${JSON.stringify(file)})`)
    .replaceAll(/\bimport\.meta\.filename\b|\b__filename\b/g, `originalPath(${JSON.stringify(file)})`)
    .replaceAll(/\bimport\.meta\.dirname\b|\b__dirname\b/g, `originalPath(${JSON.stringify(dirname(file))})`);
}

/**
 * As with Node, `import()` of a CommonJS module gives its exports by their names. In a bundle with several files, esbuild
 * gives only the default export (0.28.2).
 */
function importingNames(code) {
  return code.replaceAll(/(?<![\w$.])import\((['"][^'"\n]+['"])\)/g, 'import($1).then(withNames)');
}

/**
 * With `keepNames`, esbuild passes each function to `__name`, which defines its name, because it may have renamed it. For a
 * function inside another one that happens at each call. It took 3 % of the processor time of a run. This removes the calls
 * that give a function the name that it has without them. It writes spaces in their place, so that the source map stays
 * right.
 */
function withoutNeedlessNames(code) {
  const blanks = [];
  const source = ts.createSourceFile('bundle.js', code, ts.ScriptTarget.Latest, false, ts.ScriptKind.JS);
  const look = (node, parent) => {
    ts.forEachChild(node, (child) => look(child, node));
    if (!ts.isCallExpression(node) || node.expression.text !== '__name') return;
    const [fn, name] = node.arguments;
    const start = node.getStart(source);
    if (ts.isIdentifier(fn) && fn.text === name.text && ts.isExpressionStatement(parent)) {
      blanks.push([start, node.end]);
    } else if (nameWithoutCall(fn, parent) === name.text) {
      // The parentheses stay, because the arrow function may need them.
      blanks.push([start, start + '__name'.length], [fn.end, node.end - 1]);
    }
  };
  look(source);
  let shorter = '';
  let done = 0;
  for (const [begin, end] of blanks.toSorted(([a], [b]) => a - b)) {
    shorter += code.slice(done, begin) + ' '.repeat(end - begin);
    done = end;
  }
  return shorter + code.slice(done);
}

/** The name that JavaScript gives to a function in this place; undefined if it is not a function, or gets none. */
function nameWithoutCall(fn, parent) {
  if (!ts.isArrowFunction(fn) && !ts.isFunctionExpression(fn)) return undefined;
  if (fn.name) return fn.name.text;
  const named =
    ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent)
      ? parent.name
      : ts.isBinaryExpression(parent) &&
        parent.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
        parent.left;
  return named && ts.isIdentifier(named) ? named.text : undefined;
}

/**
 * The map without the places in packages: in a stack, these stay places of the bundle. Node reads the map of each file that
 * it loads, and keeps it. The maps of this project's own code are an eighth of all, which saves the worker 5 MB.
 */
function withoutPackages({ sources, names, mappings, ...map }) {
  const own = numbering();
  const known = numbering();
  const lines = decode(mappings).map((segments) => {
    const kept = [];
    for (const [at, source, ...place] of segments) {
      const isOwn = source !== undefined && !sources[source].includes('node_modules/');
      const name = isOwn && place.length > 2 ? [known.of(place[2])] : [];
      if (isOwn) kept.push([at, own.of(source), place[0], place[1], ...name]);
      // The places up to the next segment belong to no source.
      else if (kept.length === 0 || kept.at(-1).length > 1) kept.push([at]);
    }
    return kept;
  });
  return {
    ...map,
    sources: own.used(sources),
    names: known.used(names),
    mappings: encode(lines),
  };
}

/** Replaces the program by one line, after the line that may name the interpreter. */
function startBundle(program) {
  const file = fileOf(program);
  const [shebang] = /^#!.*\n/.exec(readFileSync(file, 'utf8')) ?? [''];
  const up = '../'.repeat(program.split('/').length - 1) || './';
  writeFileSync(file, `${shebang}import '${up}bundle/${bundleOf(program)}.js';\n`);
}

/** Gives new numbers, from 0, to the places of a list that are used. */
function numbering() {
  const numbers = new Map();
  const of = (place) => {
    if (!numbers.has(place)) numbers.set(place, numbers.size);
    return numbers.get(place);
  };
  return { of, used: (list) => [...numbers.keys()].map((place) => list[place]) };
}

function fileOf(program) {
  return join(DIST, `${program}.js`);
}

function bundleOf(program) {
  return program.replace('/', '-');
}
