// Only the package and its required peers are installed. Modules that do not use an optional peer must load without it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { dtoSchema, InngestModule } from 'task-queue-worker';
import { EmbeddedInngest } from 'task-queue-worker/server';

const require = createRequire(import.meta.url);
const { exports, peerDependenciesMeta } = require('task-queue-worker/package.json');

void test('no optional peer is installed', () => {
  for (const peer of Object.keys(peerDependenciesMeta)) {
    assert.throws(() => require.resolve(`${peer}/package.json`), { code: 'MODULE_NOT_FOUND' }, peer);
  }
});

void test('every entry point can be imported', async () => {
  for (const entry of Object.keys(exports).filter((name) => name !== './package.json')) {
    await import(`task-queue-worker${entry.slice(1)}`);
  }
  assert.equal(typeof InngestModule.forRoot, 'function');
});

const [major, minor] = process.versions.node.split('.').map(Number);
const hasSqlite = major > 22 || (major === 22 && minor >= 13);
const needed = hasSqlite ? /npm install @nestjs\/platform-express$/ : /npm install libsql/;

void test('the server says what it needs', async () => {
  await assert.rejects(EmbeddedInngest.start({ port: 0, logger: false }), needed);
});

void test('the command says what it needs, in one line', () => {
  const values = ['node_modules/task-queue-worker/command/main.js', '--port', '0', '--no-discovery'];
  const { status, stderr } = spawnSync(process.execPath, values, { encoding: 'utf8' });

  assert.equal(status, 1);
  assert.match(stderr.trimEnd(), needed);
  assert.doesNotMatch(stderr.trimEnd(), /\n/);
});

void test('a DTO says what it needs', async () => {
  class Order {}
  await assert.rejects(
    dtoSchema(Order)['~standard'].validate({ id: 1 }),
    /npm install class-(transformer|validator)$/,
  );
});
