// What the package names: its entry points, and the packages that they import. The application's package.json gives the
// name, the version, and the versions of the dependencies. A spec compares all of it with the imports.

/** What people import, each with its source below src. */
export const ENTRIES = {
  '.': 'inngest/index',
  './server': 'embedded/index',
  './testing': 'testing/index',
  './testing/nest': 'testing/nest',
};

/** The commands, each with its source below src. */
export const COMMANDS = { 'task-queue-server': 'command/main' };

/** What is installed with the package, in the application's versions. */
export const DEPENDENCIES = [
  '@bufbuild/protobuf',
  '@marcbachmann/cel-js',
  'canonicalize',
  'croner',
  'helmet',
  'htm',
  'preact',
  're2js',
  'ulid',
  'undici',
  'ws',
];

/** What the importing project has once, in its own version. npm installs what is missing. */
export const PEERS = {
  '@nestjs/common': '^11.0.0 || ^12.0.0',
  '@nestjs/core': '^11.0.0 || ^12.0.0',
  inngest: '^4.24.0',
  rxjs: '^7.2.0',
};

/** What only some projects need, and nothing imports before it needs it. */
export const OPTIONAL_PEERS = {
  '@modelcontextprotocol/sdk': '^1.32.0',
  '@nestjs/platform-express': '^11.0.0 || ^12.0.0',
  '@types/express': '^5.0.0',
  'class-transformer': '^0.5.1',
  'class-validator': '>=0.14.0',
  libsql: '^0.5.29',
};

/** What nothing imports: the package works with what the application makes by these, and the range says with which. */
export const COMPATIBLE_PEERS = {
  '@nestjs/platform-fastify': '^11.0.0 || ^12.0.0',
  '@nestjs/terminus': '^11.0.0 || ^12.0.0',
};

/** Files that do something when they are loaded, as programs do. Bundlers may leave out all others. */
const PROGRAMS = [
  './embedded/store/checkpoint-thread.mjs',
  ...Object.values(COMMANDS).map((source) => `./${source}.js`),
];

/**
 * The package.json of the package.
 *
 * @param application the application's package.json, parsed
 */
export function manifestOf({ name, version, private: isPrivate, description, license, dependencies }) {
  const optionalPeers = { ...OPTIONAL_PEERS, ...COMPATIBLE_PEERS };
  return {
    name,
    version,
    private: isPrivate,
    description,
    license,
    type: 'module',
    // The first versions of Node in which `require` loads ES modules without a flag.
    engines: { node: '^20.19.0 || >=22.12.0' },
    exports: {
      ...Object.fromEntries(Object.entries(ENTRIES).map(([entry, source]) => [entry, exported(source)])),
      './package.json': './package.json',
    },
    // For TypeScript with "moduleResolution": "node10", which does not read `exports`.
    types: declared(ENTRIES['.']),
    typesVersions: { '*': subpathTypes() },
    bin: Object.fromEntries(Object.entries(COMMANDS).map(([name, source]) => [name, `${source}.js`])),
    sideEffects: PROGRAMS,
    dependencies: Object.fromEntries(
      DEPENDENCIES.map((dependency) => [dependency, dependencies[dependency]]),
    ),
    peerDependencies: { ...PEERS, ...optionalPeers },
    peerDependenciesMeta: Object.fromEntries(
      Object.keys(optionalPeers).map((peer) => [peer, { optional: true }]),
    ),
  };
}

/** Types first: TypeScript takes the first condition that it knows. */
function exported(source) {
  return { types: declared(source), default: `./${source}.js` };
}

function declared(source) {
  return `./${source}.d.ts`;
}

/** The types of all entry points but the main one. */
function subpathTypes() {
  const { '.': _main, ...subpaths } = ENTRIES;
  return Object.fromEntries(
    Object.entries(subpaths).map(([entry, source]) => [entry.slice('./'.length), [declared(source)]]),
  );
}
