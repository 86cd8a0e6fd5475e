/** A project that installs the package. */
export interface Project {
  readonly name: string;
  /** The folders in `projects` that are copied. Files of later folders replace those of earlier ones. */
  readonly files: readonly string[];
  readonly type: 'module' | 'commonjs';
  /** The packages that are installed besides the package. Undefined stands for the version in this repository. */
  readonly packages: Readonly<Record<string, string | undefined>>;
  /** The arguments for Node. */
  readonly run: (node: readonly [major: number, minor: number]) => string[];
}

/** Node's test runner waits forever without a timeout. */
const NODE_TEST = ['--test', '--test-timeout=120000'];

/** What the embedded server needs. `libsql` is for Node 20, which has no SQLite. */
const SERVER = { '@nestjs/platform-express': undefined, libsql: undefined };

/** What a Nest application in TypeScript needs. */
const NEST = {
  ...SERVER,
  '@nestjs/common': undefined,
  '@nestjs/core': undefined,
  'class-transformer': undefined,
  'class-validator': undefined,
  'reflect-metadata': undefined,
  '@types/express': undefined,
  '@types/node': undefined,
};

const NEST_11 = {
  '@nestjs/common': '^11.2.10',
  '@nestjs/core': '^11.2.10',
  '@nestjs/platform-express': '^11.2.10',
};

export const PROJECTS: readonly Project[] = [
  {
    name: 'without optional peers',
    files: ['bare'],
    type: 'module',
    packages: {},
    run: () => [...NODE_TEST, 'missing.test.mjs'],
  },
  {
    name: 'node:test',
    files: ['plain'],
    type: 'module',
    packages: { ...SERVER, express: undefined, inngest: undefined },
    run: () => [...NODE_TEST, 'entries.test.cjs', 'server.test.mjs', 'testing.test.mjs'],
  },
  {
    name: 'Vitest',
    files: ['vitest'],
    type: 'module',
    // The last major version that supports Node 20.
    packages: { ...SERVER, inngest: undefined, vitest: '^4.1.12' },
    run: () => ['node_modules/vitest/vitest.mjs', 'run'],
  },
  {
    name: 'Jest in CommonJS',
    files: ['jest'],
    type: 'commonjs',
    packages: { ...SERVER, inngest: undefined, jest: undefined },
    run: ([major, minor]) => [
      '--experimental-vm-modules',
      'node_modules/jest/bin/jest.js',
      'import.test.js',
      // Since this version, Node has what Jest needs to require ES modules.
      ...(major > 24 || (major === 24 && minor >= 9) ? ['require.test.js'] : []),
    ],
  },
  {
    name: 'Nest 12 on Express',
    files: ['nest', 'nest-node16'],
    type: 'module',
    packages: NEST,
    run: () => [...NODE_TEST, 'app.test.js', 'harness.test.js'],
  },
  {
    name: 'Nest 12 on Fastify',
    files: ['nest', 'nest-fastify'],
    type: 'module',
    // The embedded server uses Express nevertheless.
    packages: { ...NEST, '@nestjs/platform-fastify': undefined },
    run: () => [...NODE_TEST, 'app.test.js', 'harness.test.js'],
  },
  {
    name: 'Nest 11 in CommonJS',
    // Tests both ways in which TypeScript resolves modules.
    files: ['nest', 'nest-classic'],
    type: 'commonjs',
    packages: { ...NEST, ...NEST_11 },
    run: () => [...NODE_TEST, 'app.test.js', 'harness.test.js'],
  },
  {
    name: 'the command and an Express app',
    files: ['command'],
    type: 'module',
    packages: { ...SERVER, express: undefined, inngest: undefined },
    run: () => [...NODE_TEST, 'command.test.mjs'],
  },
];
