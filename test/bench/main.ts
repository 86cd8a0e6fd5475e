import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shapes, timeToStart } from './backlog.js';
import { bulk, scenes } from './bulk.js';
import { endToEnd } from './end-to-end.js';

const SMALL = 1_000;
const LARGE = 100_000;

const isBulkOnly = process.argv.includes('--bulk');

if (!isBulkOnly) {
  console.log(`Time to choose and start one run (µs), with ${SMALL} and ${LARGE} waiting`);
  console.log(`  ${''.padEnd(28)}  median       ratio      worst`);
  for (const shape of shapes) {
    await timeToStart(shape, SMALL); // warm-up
    const small = await timeToStart(shape, SMALL);
    const large = await timeToStart(shape, LARGE);
    const ratio = (large.median / small.median).toFixed(2);
    console.log(
      `  ${shape.padEnd(28)} ${whole(small.median)} ${whole(large.median)}   × ${ratio}   ${whole(small.worst)} ${whole(large.worst)}`,
    );
  }
}

function whole(microseconds: number): string {
  return microseconds.toFixed(0).padStart(6);
}

if (!isBulkOnly) console.log('\nFive steps that do nothing, over HTTP, state on disk');
const folder = mkdtempSync(join(tmpdir(), 'bench-'));
for (const checkpointing of isBulkOnly ? [] : [true, false]) {
  const { latency, runsPerSecond } = await endToEnd(checkpointing, join(folder, `${checkpointing}.db`));
  console.log(
    `  checkpointing ${checkpointing ? 'on ' : 'off'}  one at a time: ${latency.p50.toFixed(0)} ms p50, ` +
      `${latency.p95.toFixed(0)} ms p95   500 queued, concurrency 10: ${runsPerSecond.toFixed(0)} runs/s`,
  );
}

console.log('\nBulk work, events of 300 bytes, state on disk: time, and delay of the event loop (ms)');
console.log(`  ${''.padEnd(36)}    time     p99   worst`);
for (const scene of Object.keys(scenes)) {
  const { took, p99, worst } = await bulk(scene, join(folder, `${scene.replaceAll(/\W+/g, '-')}.db`));
  console.log(`  ${scene.padEnd(36)} ${took.toFixed(0).padStart(7)} ${whole(p99)}  ${whole(worst)}`);
}
rmSync(folder, { recursive: true });
