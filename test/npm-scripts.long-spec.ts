import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The program of each script. */
const PROGRAMS = {
  start: 'dist/main.js',
  dev: 'node_modules/@nestjs/cli/bin/nest.js',
  validate: 'dist/validate.js',
};

/** A program that prints that it is up, and stops regularly on SIGTERM and SIGINT. */
const PROGRAM = `
  const running = setInterval(() => {}, 1_000);
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.on(signal, () => {
      console.log('ended in good order');
      clearInterval(running);
    });
  }
  console.log('up with ' + process.argv.slice(2).join(' '));
`;

/** Shells, which npm calls with `-c` and the command. */
const SHELLS = {
  'becomes the program': '#!/bin/sh\neval "exec $2"\n',
  'stays beside the program': '#!/bin/sh\neval "$2"\nexit $?\n',
};

let project: string;

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'npm-scripts-'));
  cpSync('scripts', join(project, 'scripts'), { recursive: true });
  cpSync('package.json', join(project, 'package.json'));
  for (const program of Object.values(PROGRAMS)) put(program, PROGRAM);
});

afterEach(() => rmSync(project, { recursive: true }));

function put(file: string, text: string): string {
  const path = join(project, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

/** Sends SIGTERM to npm only. */
function terminate(npm: ChildProcess): void {
  npm.kill('SIGTERM');
}

/** Sends SIGINT to npm and all its child processes, as a terminal does. */
function pressCtrlC(npm: ChildProcess): void {
  process.kill(-npm.pid!, 'SIGINT');
}

/** Runs a script with npm, ends it when it is up, and waits until all its processes have ended. Returns the output. */
function endScript(name: string, shell: string, end: (npm: ChildProcess) => void): Promise<string> {
  // Skips the scripts before it, which build.
  const npm = spawn('npm', ['run', name, '--ignore-scripts', `--script-shell=${shell}`], {
    cwd: project,
    // A separate process group.
    detached: true,
    env: { PATH: process.env['PATH'], HOME: project, npm_config_update_notifier: 'false' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  npm.stdout.on('data', (chunk: Buffer) => {
    const wasUp = printed.includes('up with');
    printed += chunk.toString();
    if (!wasUp && printed.includes('up with')) end(npm);
  });
  // Emitted when npm and all processes that share its output have ended.
  return new Promise((resolve) => npm.once('close', () => resolve(printed)));
}

describe.each(Object.keys(PROGRAMS))('npm run %s', (name) => {
  it.each(Object.entries(SHELLS))('ends its program with npm where the shell %s', async (_, text) => {
    const shell = put('shell.sh', text);
    chmodSync(shell, 0o755);

    expect(await endScript(name, shell, terminate)).toContain('ended in good order');
  });

  it.each(Object.entries(SHELLS))('ends its program at Ctrl-C where the shell %s', async (_, text) => {
    const shell = put('shell.sh', text);
    chmodSync(shell, 0o755);

    expect(await endScript(name, shell, pressCtrlC)).toContain('ended in good order');
  });
});

describe('The scripts of package.json', () => {
  it('use nothing that only POSIX shells know', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: object };
    const posix = Object.entries(scripts).filter(([, command]) =>
      /\bexec\b|'|^\w+=|[$]\w|;/.test(command as string),
    );

    expect(posix).toEqual([]);
  });
});
