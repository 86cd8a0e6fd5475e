#!/usr/bin/env node
// Runs a command with another version of Node:
//
//     node scripts/with-node.mjs 22.13.0 npm test -- src/embedded/store
//
// The packages `node-<platform>-<arch>` of the registry contain Node and have no install script. The version remains in
// the
// user's cache folder for later runs.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

const [version, command, ...values] = process.argv.slice(2);
if (!/^\d+(\.\d+){0,2}$/.test(version ?? '') || command === undefined) {
  console.error('Usage: node scripts/with-node.mjs VERSION COMMAND...');
  process.exit(2);
}

const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
const folder = join(cache, 'task-queue-worker', `node-${version}`);
const name = `node-${process.platform}-${process.arch}`;
const bin = join(folder, 'node_modules', name, 'bin');

if (!existsSync(join(bin, 'node'))) {
  mkdirSync(folder, { recursive: true });
  const options = ['--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--ignore-scripts'];
  const { status } = spawnSync('npm', ['install', ...options, `${name}@${version}`], {
    cwd: folder,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}

const env = { ...process.env, PATH: bin + delimiter + process.env.PATH };
const child = spawn(command, values, { stdio: 'inherit', env });
child.on('error', (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal ? 1 : 0);
});
