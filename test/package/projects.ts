/** A project of the kind that installs the package. */
export interface Project {
  readonly name: string;
  /** The folder of `projects` that has its files. Its TypeScript is compiled once. */
  readonly files: string;
  readonly type: 'module' | 'commonjs';
  /** What it installs beside the package; where no version is given, that of this repository. */
  readonly packages: Readonly<Record<string, string | undefined>>;
  /** What Node is called with. */
  readonly run: (node: readonly [major: number, minor: number]) => string[];
}

/** What the embedded server needs. Node 20 has no SQLite. */
const SERVER = { '@nestjs/platform-express': undefined, libsql: undefined };

/** What a Nest application in TypeScript needs. */
const NEST = {
  ...SERVER,
  '@nestjs/common': undefined,
  '@nestjs/core': undefined,
  'class-transformer': undefined,
  'class-validator': undefined,
  'reflect-metadata': undefined,
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
    files: 'bare',
    type: 'module',
    packages: {},
    run: () => ['--test', 'missing.test.mjs'],
  },
  {
    name: 'node:test',
    files: 'plain',
    type: 'module',
    packages: { ...SERVER, express: undefined, inngest: undefined },
    run: () => ['--test', 'entries.test.cjs', 'server.test.mjs'],
  },
  {
    name: 'Vitest',
    files: 'vitest',
    type: 'module',
    // The last major version for Node 20.
    packages: { ...SERVER, inngest: undefined, vitest: '^4.1.12' },
    run: () => ['node_modules/vitest/vitest.mjs', 'run'],
  },
  {
    name: 'Jest in CommonJS',
    files: 'jest',
    type: 'commonjs',
    packages: { ...SERVER, inngest: undefined, jest: undefined },
    run: ([major, minor]) => [
      '--experimental-vm-modules',
      'node_modules/jest/bin/jest.js',
      'import.test.js',
      // Jest requires ES modules with what Node has since then.
      ...(major > 24 || (major === 24 && minor >= 9) ? ['require.test.js'] : []),
    ],
  },
  {
    name: 'Nest 12 on Express',
    files: 'nest',
    type: 'module',
    packages: NEST,
    run: () => ['--test', 'app.test.js'],
  },
  {
    name: 'Nest 11 in CommonJS',
    files: 'nest',
    type: 'commonjs',
    packages: { ...NEST, ...NEST_11 },
    run: () => ['--test', 'app.test.js'],
  },
];
