import { spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

let project: string;

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'scripts-spec-'));
  cpSync('scripts', join(project, 'scripts'), { recursive: true });
});

afterEach(() => rmSync(project, { recursive: true }));

function put(file: string, text: string): string {
  const path = join(project, file);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
}

/** Creates a program in place of validate. It prints its arguments, and exits with `code`. */
function putValidate(code = 0): string {
  return put(
    'dist/validate.js',
    `const { INNGEST_EVENT_KEY: key } = process.env;
     console.log(process.argv.slice(2).join(' ') + (key ? ' with the key ' + key : ''));
     process.exitCode = ${code};`,
  );
}

/** Runs `scripts/<command>` of the project from another working directory. */
function run(command: string, env: Record<string, string> = {}): Promise<Ran> {
  const [name = '', ...args] = command.split(' ');
  const child = spawn('sh', [join(project, 'scripts', name), ...args], {
    env: { PATH: process.env['PATH'], ...env },
    cwd: tmpdir(),
  });
  const ran: Ran = { code: null, stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (ran.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (ran.stderr += chunk.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ ...ran, code })));
}

describe('scripts/test-rate-limits.sh', () => {
  it('sends 30 tasks, or as many as it is told', async () => {
    putValidate();
    const [few, many] = await Promise.all([run('test-rate-limits.sh'), run('test-rate-limits.sh 200')]);
    const asked =
      '--url http://localhost:8288 --worker http://localhost:3001 --only throttle,concurrency,priority';
    expect(few.stdout).toContain(`${asked} --tasks 30\n`);
    expect(many.stdout).toMatch(
      /^200 demo tasks for the worker at http:\/\/localhost:3001, by the Inngest at /,
    );
    expect(many.stdout).toContain('--tasks 200\n');
    expect(many.code).toBe(0);
  });

  it('refuses a count that shows nothing, and says what it can do', async () => {
    const bad = await Promise.all(
      ['x', '20', '30 4', '-5'].map((args) => run(`test-rate-limits.sh ${args}`)),
    );
    for (const { code, stderr } of bad) {
      expect(code).toBe(2);
      expect(stderr).toMatch(/The count must be one number above 20, not "[^]*--help/);
    }
    const help = await run('test-rate-limits.sh --help');
    expect(help).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Sends many[^]*sh \[count\]\n[^]*\n$/),
    });
    expect(help.stdout).not.toContain('set -eu');
  });
});

describe('scripts/test-observability.sh', () => {
  it('has everything checked that people used to look for, and says where to look', async () => {
    putValidate();
    const { code, stdout } = await run('test-observability.sh');
    expect(stdout).toContain(
      '--only history,lists,retries,failure-handler,replay,memoization,negative-priority',
    );
    expect(stdout).toMatch(/In the dashboard, http:\/\/localhost:8288, for each of the runs/);
    expect(code).toBe(0);
  });

  it('ends as validate does, and points nowhere when nothing could be tried', async () => {
    putValidate(1);
    expect(await run('test-observability.sh')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/In the/),
    });
    putValidate(2);
    const { code, stdout } = await run('test-observability.sh');
    expect(code).toBe(2);
    expect(stdout).not.toContain('In the dashboard');
  });
});

describe('Both scripts', () => {
  it('find the worker and its Inngest by .env, and by the environment before that', async () => {
    putValidate();
    put('.env', 'PORT=4001\nINNGEST_EMBEDDED_PORT=9288\nINNGEST_EVENT_KEY=secret\nINNGEST_SIGNING_KEY=\n');
    const [byFile, byPort, byUrl] = await Promise.all([
      run('test-rate-limits.sh'),
      run('test-rate-limits.sh', { PORT: '5001' }),
      run('test-rate-limits.sh', { WORKER_URL: 'http://worker:1', INNGEST_URL: 'http://inngest:2' }),
    ]);
    expect(byFile.stdout).toMatch(
      /--url http:\/\/localhost:9288 --worker http:\/\/localhost:4001 .* key secret/,
    );
    expect(byPort.stdout).toContain('--url http://localhost:9288 --worker http://localhost:5001');
    expect(byUrl.stdout).toContain('--url http://inngest:2 --worker http://worker:1');
  });

  it('build what is not built, or older than the sources, and only that', async () => {
    const source = put('src/validate.ts', '');
    const nest = put(
      'node_modules/.bin/nest',
      '#!/bin/sh\necho built >> builds; mkdir -p dist; echo > dist/validate.js\n',
    );
    chmodSync(nest, 0o755);
    const builds = (): number => readFileSync(join(project, 'builds'), 'utf8').match(/built/g)?.length ?? 0;
    expect((await run('test-rate-limits.sh')).code).toBe(0);
    await run('test-rate-limits.sh');
    expect(builds()).toBe(1);
    const later = Date.now() / 1_000 + 60;
    utimesSync(source, later, later);
    await run('test-rate-limits.sh');
    expect(builds()).toBe(2);
  });

  it('make the bundle again if there was one, because the service may run from it', async () => {
    put('src/validate.ts', '');
    put('dist/bundle/main.js', '');
    put('scripts/bundle.mjs', "import { writeFileSync } from 'node:fs'; writeFileSync('bundled', '');");
    const nest = put('node_modules/.bin/nest', '#!/bin/sh\necho > dist/validate.js\n');
    chmodSync(nest, 0o755);

    expect((await run('test-rate-limits.sh')).code).toBe(0);

    expect(existsSync(join(project, 'bundled'))).toBe(true);
  });

  it('say what is missing where nothing can be built', async () => {
    const source = put('src/validate.ts', '');
    expect(await run('test-observability.sh')).toMatchObject({
      code: 2,
      stderr: 'There is no build. Run: npm ci && npm run build\n',
    });
    putValidate();
    const later = Date.now() / 1_000 + 60;
    utimesSync(source, later, later);
    const old = await run('test-observability.sh');
    expect(old).toMatchObject({ code: 0, stderr: expect.stringMatching(/src is newer than dist.*npm ci/) });
  });
});
