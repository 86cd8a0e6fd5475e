import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A built project, whose program prints what `scripts/bundle.mjs` could break. */
const PROJECT: Record<string, string> = {
  'package.json': '{ "type": "module" }',
  'dist/main.js': `
    import { createRequire } from 'node:module';
    import { Counter, count } from 'of-modules';
    import { year } from '@nestjs/common';
    import { part } from 'of-dates';
    import { Counter as Other, places, text } from './deep/places.js';
    const require = createRequire(import.meta.url);
    const reasonOf = (promise) => promise.then(() => 'loaded', ({ code, message }) => [code, message.split(' imported')[0]]);
    const { first } = await import('of-common-js');
    const namesOfFunctions = () => {
      const arrow = () => 1, parenthesised = (a, b) => (a, b), own = function other() {};
      function declared() { return arrow(); }
      function count() { return (() => {}).name; }
      const reading = { property: () => 1, async method() {}, declared };
      class Inside { field = () => 1; }
      return [arrow, parenthesised, own, declared, count, ...Object.values(reading), Inside, new Inside().field]
        .map(({ name }) => name);
    };
    count();
    console.log(JSON.stringify({
      names: [Counter.name, Other.name],
      namesOfFunctions: [...namesOfFunctions(), namesOfFunctions.name],
      places,
      text,
      first,
      year: [year(0), year(1e12), part(0)],
      place: require('of-common-js').place,
      countOfTheSecondImport: require('of-modules').count(),
      missing: await reasonOf(import('not-installed')),
    }));
  `,
  'dist/deep/places.js': `
    import { readFileSync } from 'node:fs';
    export class Counter {}
    export const text = readFileSync(new URL('beside.txt', import.meta.url), 'utf8');
    export const places = [import.meta.url, import.meta.dirname, import.meta.filename];
  `,
  'dist/deep/beside.txt': 'read from beside the module',
  'dist/command/main.js': '#!/usr/bin/env node\nimport "../deep/places.js"; console.log("the command");',
  'dist/validate.js': 'throw new Error("thrown")\n//# sourceMappingURL=validate.js.map',
  'dist/validate.js.map': '{"version":3,"sources":["../src/validate.ts"],"names":[],"mappings":"AAMA"}',
  'dist/reset.js': `import { fail } from 'of-modules';\nconst own = () => fail();\nown();`,
  'node_modules/of-modules/package.json': '{ "type": "module", "exports": "./index.js" }',
  'node_modules/of-modules/index.js': `
    let counted = 0;
    export const count = () => ++counted;
    export const fail = () => { throw new Error('thrown in a package'); };
    export class Counter {}
  `,
  'node_modules/of-dates/package.json': '{ "type": "module", "exports": "./index.js" }',
  'node_modules/of-dates/index.js': `
const parts = new Intl.DateTimeFormat('en', { timeZone: 'UTC' });
export const part = (time) => parts.formatToParts(time)[0].value;
`,
  'node_modules/@nestjs/common/package.json':
    '{ "type": "module", "exports": "./services/logger.service.js" }',
  'node_modules/@nestjs/common/services/logger.service.js': `
const dateTimeFormatter = new Intl.DateTimeFormat('en', {
  year: 'numeric', timeZone: 'UTC',
});
export const year = (time) => dateTimeFormatter.format(time);
`,
  'node_modules/of-common-js/index.js': `exports.first = 'by name'; exports.place = __dirname + '|' + __filename;`,
};

describe('The bundle of a built project', () => {
  let folder: string;

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'bundle-')));
    for (const [name, content] of Object.entries(PROJECT)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const run = (...args: string[]): string => execFileSync(process.execPath, args, { encoding: 'utf8' });
  const bundle = (): string => run('scripts/bundle.mjs', join(folder, 'dist'));
  const start = (program: string): string =>
    run('--disable-warning=ExperimentalWarning', '--enable-source-maps', join(folder, 'dist', program));
  const failureOf = (work: () => unknown): string => {
    try {
      work();
    } catch (error) {
      return String((error as { stderr?: string }).stderr);
    }
    throw new Error('It did not fail.');
  };

  it('behaves like the modules', () => {
    const before = start('main.js');
    bundle();
    const after = start('main.js');

    expect(JSON.parse(after)).toStrictEqual(JSON.parse(before));
    expect(JSON.parse(after)).toMatchObject({ names: ['Counter', 'Counter'], countOfTheSecondImport: 2 });
  });

  it('sets the names of those functions only that it has renamed', () => {
    bundle();
    const code = readFileSync(join(folder, 'dist/bundle/main.js'), 'utf8');

    const named = [...code.matchAll(/__name\((?!this)(\w+)/g)].map(([, what]) => what);
    expect(named).toEqual(['function', 'count2']);
  });

  it('has the packages in it', () => {
    bundle();
    rmSync(join(folder, 'node_modules'), { recursive: true });

    expect(JSON.parse(start('main.js'))).toMatchObject({ first: 'by name' });
  });

  it('is loaded by programs that other files start', () => {
    bundle();

    expect(readFileSync(join(folder, 'dist/command/main.js'), 'utf8')).toBe(
      "#!/usr/bin/env node\nimport '../bundle/command-main.js';\n",
    );
    expect(start('command/main.js')).toBe('the command\n');
  });

  it('names lines of the sources in a stack', () => {
    bundle();

    expect(failureOf(() => start('validate.js'))).toContain(`${folder}/src/validate.ts:7`);
  });

  it('names places of the bundle for packages in a stack, and no wrong ones', () => {
    bundle();

    const frames = failureOf(() => start('reset.js')).match(/ at .*/g) ?? [];
    expect(frames[0]).toMatch(/at fail \(.*\/dist\/bundle\/\w+\.js:\d+:\d+\)/);
    expect(frames[1]).toMatch(/at own \(.*\/dist\/reset\.js:2:\d+\)/);
  });

  it('makes the date format of a log at its first use, in the modules of Nest, too', () => {
    bundle();

    expect(readFileSync(join(folder, 'dist/bundle/main.js'), 'utf8')).toMatch(
      /\.made ?\?\?= ?new Intl\.DateTimeFormat/,
    );
    for (const file of ['console-logger.service.js', 'logger.service.js']) {
      const code = readFileSync(join('node_modules/@nestjs/common/services', file), 'utf8');
      expect(code).toMatch(/^const \w+ = new Intl\.DateTimeFormat\([^;]*\);$/m);
    }
  });

  it('is not made of a bundle', () => {
    bundle();

    expect(failureOf(bundle)).toContain('Run first: npx nest build');
    expect(start('command/main.js')).toBe('the command\n');
  });
});
