import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'boundaries-spec-'));
});

afterEach(() => rmSync(root, { recursive: true }));

/** Checks a source folder with these files. The values are the imports of each file. */
function check(files: Record<string, string[]>): { code: number | null; said: string } {
  for (const [file, imports] of Object.entries(files)) {
    const path = join(root, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, imports.map((line) => `${line}\n`).join(''));
  }
  const script = ['scripts/check-boundaries.mjs', '--all', root];
  const { status, stdout, stderr } = spawnSync(process.execPath, script, { encoding: 'utf8' });
  return { code: status, said: stdout + stderr };
}

const from = (path: string): string => `import { it } from '${path}';`;

it('lets a folder import what its row names, and entry points both halves', () => {
  expect(
    check({
      'runs/runs.service.ts': [from('../inngest/index.js'), from('../common/is-record.js')],
      'inngest/index.ts': [from('./serve/endpoint.js'), from('../clock/index.js')],
      'common/stop.ts': [from('../clock/index.js')],
      'embedded/index.ts': [from('./api/events.js'), from('../clock/index.js')],
      'embedded/api/events.ts': [from('../store/event.store.js')],
      'service.ts': [from('./embedded/index.js'), from('./inngest/index.js')],
      'testing/nest.ts': [from('../embedded/index.js'), from('../inngest/index.js')],
    }),
  ).toEqual({ code: 0, said: 'Boundaries hold.\n' });
});

describe('it refuses', () => {
  it('every import that the table does not allow, and says why', () => {
    const wrong: [why: string, file: string, specifier: string][] = [
      ['one half imports the other', 'embedded/api/events.ts', '../../runs/index.js'],
      ['and the other way round', 'runs/runs.service.ts', '../embedded/index.js'],
      ['not an entry point for src/embedded', 'main.ts', './embedded/index.js'],
      ['the library imports the application', 'inngest/index.ts', '../config/index.js'],
      ['common imports more than the clock', 'common/stop.ts', '../rest/index.js'],
      ['the clock imports something', 'clock/clock.ts', '../common/is-record.js'],
      ['a spec imports the other half', 'health/health.spec.ts', '../embedded/index.js'],
      ['a folder imports an entry point', 'config/settings.ts', '../service.js'],
      ['a file outside of src', 'rest/problem.ts', '../../test/support/demo-task.js'],
      ['the application imports the test server', 'runs/run-view.ts', '../testing/index.js'],
      ['a folder without a row', 'mail/mail.ts', '../runs/index.js'],
      ['against the order in src/embedded', 'embedded/store/run.store.ts', '../api/events.js'],
    ];
    const { code, said } = check(
      Object.fromEntries(wrong.map(([, file, specifier]) => [file, [from(specifier)]])),
    );
    const lines = said.trimEnd().split('\n');
    expect(lines.map((line) => line.slice(0, line.indexOf(': '))).toSorted()).toEqual(
      wrong.map(([, file, specifier]) => `src/${file} imports ${specifier}`).toSorted(),
    );
    expect(said).toContain('no folder imports a file that lies directly in src');
    expect(code).toBe(1);
  });

  it('two folders that import each other, be it for types only', () => {
    const { code, said } = check({
      'runs/list/rows.ts': [`import type { Run } from '../view/run.js';`],
      'runs/view/run.ts': [`export * from '../list/rows.js';`],
    });
    expect(said).toBe(
      'src/runs/list, src/runs/view import each other:\n' +
        '  src/runs/list/rows.ts imports ../view/run.js\n' +
        '  src/runs/view/run.ts imports ../list/rows.js\n',
    );
    expect(code).toBe(1);
  });

  it('every such pair, also where they hang together', () => {
    const { said } = check({
      'runs/a/one.ts': [from('../b/two.js')],
      'runs/b/two.ts': [from('../a/one.js'), from('../c/three.js')],
      'runs/c/three.ts': [from('../b/two.js')],
    });
    expect(said.match(/^src.* import each other:$/gm)).toEqual([
      'src/runs/a, src/runs/b import each other:',
      'src/runs/b, src/runs/c import each other:',
    ]);
  });

  it('a folder and its own subfolder that import each other', () => {
    const { said } = check({
      'runs/runs.module.ts': [from('./view/run.js')],
      'runs/view/run.ts': [`type Runs = import('../runs.module.js').Runs;`],
    });
    expect(said).toMatch('src/runs, src/runs/view import each other:');
  });

  it('a longer circle, and shows every step', () => {
    const { said } = check({
      'runs/a/one.ts': [from('../b/two.js')],
      'runs/b/two.ts': [from('../c/three.js')],
      'runs/c/three.ts': [from('../a/one.js')],
      'runs/d/four.ts': [from('../a/one.js')],
    });
    expect(said).toBe(
      'src/runs/a, src/runs/b, src/runs/c import each other in a circle:\n' +
        '  src/runs/a/one.ts imports ../b/two.js\n' +
        '  src/runs/b/two.ts imports ../c/three.js\n' +
        '  src/runs/c/three.ts imports ../a/one.js\n',
    );
  });

  it('a folder of src/embedded that the order leaves out', () => {
    const { said } = check({ 'embedded/mail/mail.ts': [from('../store/run.store.js')] });
    expect(said).toMatch('src/embedded/mail has no place in EMBEDDED_ORDER');
  });
});

it('lets specs, and what stands beside them in testing, use their own half as it is', () => {
  expect(
    check({
      'inngest/index.ts': [from('./retry/policy.js')],
      'inngest/retry/policy.spec.ts': [from('../index.js'), from('../testing/call.js')],
      'inngest/testing/call.ts': [from('../index.js')],
      'runs/runs.service.spec.ts': [from('../../test/support/demo-task.js')],
    }).said,
  ).toBe('Boundaries hold.\n');
});
