import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { after, test } from 'node:test';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const running = [];
after(async () => {
  for (const child of running.toReversed()) {
    child.kill('SIGTERM');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
});

void test('the command runs the functions of an app in another process, and a day passes', async () => {
  const { bin } = require('task-queue-worker/package.json');
  assert.deepEqual(Object.keys(bin), ['task-queue-server']);
  const port = await freePort();
  const appUrl = `http://127.0.0.1:${port}/api/inngest`;
  // The file that npx runs.
  const options = ['--port', '0', '--clock', 'virtual', '--no-discovery', '--poll-interval', '1'];
  const server = start(['./node_modules/.bin/task-queue-server', ...options, '-u', appUrl]);
  const [, url] = await printed(server, /Server +(http:\/\/localhost:\d+)\n/);
  const app = start(['app.mjs'], { APP_PORT: String(port), INNGEST_DEV: url });
  await printed(app, /port (\d+)\n/);
  await until(async () => (await listed(url, '/api/v2/apps')).length > 0);

  const events = JSON.stringify({ name: 'person/arrived', data: { name: 'Ada' } });
  const sent = await fetch(`${url}/e/test`, { method: 'POST', body: events });
  const [eventId] = (await sent.json()).ids;
  await until(async () => (await listed(url, `/v1/events/${eventId}/runs`)).length > 0);
  await until(async () => {
    await post(`${url}/api/v2/clock/advance`, { by: '24h' });
    const [run] = await listed(url, `/v1/events/${eventId}/runs`);
    return run.status === 'Completed';
  });

  assert.equal((await printed(app, /Hello (\w+)\n/))[1], 'Ada');
});

function start(values, variables = {}) {
  const env = { PATH: process.env.PATH, ...variables };
  const child = spawn(process.execPath, values, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  child.printed = '';
  child.stdout.on('data', (chunk) => (child.printed += chunk));
  running.push(child);
  return child;
}

/** Resolves with the match when the process's output matches. */
async function printed(child, pattern) {
  for (;;) {
    const match = pattern.exec(child.printed);
    if (match) return match;
    if (child.exitCode !== null) throw new Error(`It ended without printing ${pattern}:\n${child.printed}`);
    await once(child.stdout, 'data');
  }
}

async function listed(url, path) {
  const { data } = await (await fetch(url + path)).json();
  return data ?? [];
}

function post(url, body) {
  const headers = { 'content-type': 'application/json' };
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
}

async function until(holds) {
  while (!(await holds()));
}

/** A port on which nothing listens. The app starts after the server, and the server must know where to look for it. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
