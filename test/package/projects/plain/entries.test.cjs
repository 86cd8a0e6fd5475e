const assert = require('node:assert/strict');
const { test } = require('node:test');
const manifest = require('task-queue-worker/package.json');

const entries = Object.keys(manifest.exports).filter((entry) => entry !== './package.json');

for (const entry of entries) {
  const name = `task-queue-worker${entry.slice(1)}`;
  void test(`${name} is the same by require and by import`, async () => {
    const required = require(name);
    const imported = await import(name);
    assert.notEqual(Object.keys(required).length, 0);
    for (const key of Object.keys(required)) assert.equal(required[key], imported[key], key);
  });
}
