#!/usr/bin/env node
// Executes the Dockerfile, stage by stage, in empty folders of this machine, for machines without a container engine.
//
//   node scripts/check-image.mjs
//
// It then starts the result like an orchestrator: as an unprivileged user who cannot write, with keys, until the health
// check
// passes, and stops it with SIGTERM. It does not check the base image and the isolation of a container.
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join, relative, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { sentBy, stagesOf } from './dockerfile.mjs';

/** The id of the user `node` in an image. */
const NODE_USER = 1000;
const HEALTHY_WITHIN_MS = 60_000;

const context = resolve(import.meta.dirname, '..');
const isSent = sentBy(readFileSync(join(context, '.dockerignore'), 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'image-'));
let failed = false;

try {
  chmodSync(folder, 0o755);
  let image;
  for (const stage of stagesOf(readFileSync(join(context, 'Dockerfile'), 'utf8'))) image = build(stage);
  checkContent(image);
  await checkRun(image);
} catch (error) {
  failed = true;
  console.error(`✗ ${error.message}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);

function build({ name, steps }) {
  const root = join(folder, name);
  const image = { root, workdir: '/', env: {} };
  mkdirSync(root);
  for (const { instruction, value } of steps) {
    console.log(`${name}: ${instruction} ${value}`);
    if (instruction === 'WORKDIR') mkdirSync(join(root, (image.workdir = value)), { recursive: true });
    else if (instruction === 'COPY') copy(image, value);
    else if (instruction === 'RUN') run(image, value);
    else if (instruction === 'ENV') Object.assign(image.env, Object.fromEntries(value.split(' ').map(pair)));
    else if (instruction === 'USER') image.user = value;
    else if (instruction === 'CMD') image.command = JSON.parse(value);
    else if (instruction === 'HEALTHCHECK') image.healthCheck = JSON.parse(value.replace(/^.*?\sCMD\s/, ''));
    else if (instruction !== 'EXPOSE') throw new Error(`This check does not support ${instruction}.`);
  }
  return image;
}

function copy({ root, workdir }, value) {
  const [, stage, paths] = /^(?:--from=(\S+) )?(.*)$/.exec(value);
  const names = paths.split(' ');
  const target = join(root, workdir, names.pop());
  for (const name of names) {
    const source = stage ? join(folder, stage, name) : join(context, name);
    const filter = (path) => Boolean(stage) || isSent(relative(context, path));
    if (!filter(source) || !existsSync(source))
      throw new Error(`COPY ${name}: the path is missing or excluded by .dockerignore.`);
    // COPY copies the content of a folder, or a file itself.
    const isFolder = stage !== undefined || name === 'src';
    cpSync(source, isFolder ? target : join(target, basename(name)), { recursive: true, filter });
  }
}

function run({ root, workdir, env }, command) {
  const { status } = spawnSync('sh', ['-c', command], {
    cwd: join(root, workdir),
    env: { ...outerEnvironment(), ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error(`RUN ${command}: exit code ${status}`);
}

/** The variables with which npm reaches its registry; no other variables of this shell. */
function outerEnvironment() {
  const names = Object.keys(process.env).filter((name) => /^(PATH|HOME|npm_config_.*)$/i.test(name));
  return Object.fromEntries(names.map((name) => [name, process.env[name]]));
}

function checkContent({ root, workdir, user }) {
  const app = join(root, workdir);
  const { devDependencies } = JSON.parse(readFileSync(join(context, 'package.json'), 'utf8'));
  const lock = JSON.parse(readFileSync(join(context, 'package-lock.json'), 'utf8')).packages;
  const unwanted = Object.keys(devDependencies).filter(
    (name) => lock[`node_modules/${name}`]?.dev && existsSync(join(app, 'node_modules', name)),
  );
  if (unwanted.length > 0) throw new Error(`Development packages in the image: ${unwanted.join(', ')}`);
  const files = readdirSync(join(app, 'dist'), { recursive: true });
  if (files.some((file) => file.endsWith('spec.js'))) throw new Error('Tests in the image.');
  const others = readdirSync(app).filter((name) => !['dist', 'node_modules', 'package.json'].includes(name));
  if (others.length > 0) throw new Error(`In the image but not needed: ${others.join(', ')}`);
  if (user !== 'node') throw new Error('The image does not run as the user node.');
}

async function checkRun({ root, workdir, env, command, healthCheck }) {
  const cwd = join(root, workdir);
  const isRoot = process.getuid?.() === 0;
  const who = isRoot ? { uid: NODE_USER, gid: NODE_USER } : {};
  spawnSync('chmod', ['-R', 'a-w,a+rX', root]);
  const PORT = String(await freePort());
  const settings = {
    PATH: process.env.PATH,
    ...env,
    HOST: '127.0.0.1',
    PORT,
    INNGEST_DEV: 'false',
    INNGEST_URL: 'http://127.0.0.1:9',
    INNGEST_SERVE_ORIGIN: `http://127.0.0.1:${PORT}`,
    INNGEST_EVENT_KEY: 'event-key-of-this-check',
    INNGEST_SIGNING_KEY: 'ab'.repeat(32),
    API_TOKENS: 'a-token-of-this-check-that-is-long-enough-0123456789',
  };
  const [node, ...args] = command;
  const worker = spawn(node, args, { cwd, env: settings, ...who });
  let output = '';
  for (const stream of [worker.stdout, worker.stderr]) stream.on('data', (chunk) => (output += chunk));
  const ended = new Promise((done) => worker.once('close', (code, signal) => done(code ?? signal)));
  try {
    await healthy(healthCheck, { cwd, env: settings, ...who });
    console.log('final: healthy');
    worker.kill('SIGTERM');
    const code = await Promise.race([ended, pause(20_000, 'still running')]);
    if (code !== 0) throw new Error(`After SIGTERM: ${code}\n${output}`);
    console.log('final: stopped by SIGTERM with exit code 0');
  } catch (error) {
    throw new Error(`${error.message}\n${output}`, { cause: error });
  } finally {
    worker.kill('SIGKILL');
    // Or it could not be removed.
    spawnSync('chmod', ['-R', 'u+w', root]);
  }
}

async function healthy([command, ...args], options) {
  const until = Date.now() + HEALTHY_WITHIN_MS;
  while (Date.now() < until) {
    if (spawnSync(command, args, options).status === 0) return;
    await pause(250);
  }
  throw new Error('The health check did not pass in time.');
}

function freePort() {
  return new Promise((found) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => found(port));
    });
  });
}

function pair(text) {
  const [name, ...value] = text.split('=');
  return [name, value.join('=')];
}
