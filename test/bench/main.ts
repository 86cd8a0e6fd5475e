import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shapes, timeToStart } from './backlog.js';
import { endToEnd } from './end-to-end.js';

const SMALL = 1_000;
const LARGE = 100_000;

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

function whole(microseconds: number): string {
  return microseconds.toFixed(0).padStart(6);
}

console.log('\nFive steps that do nothing, over HTTP, state on disk');
const folder = mkdtempSync(join(tmpdir(), 'bench-'));
for (const checkpointing of [true, false]) {
  const { latency, runsPerSecond } = await endToEnd(checkpointing, join(folder, `${checkpointing}.db`));
  console.log(
    `  checkpointing ${checkpointing ? 'on ' : 'off'}  one at a time: ${latency.p50.toFixed(0)} ms p50, ` +
      `${latency.p95.toFixed(0)} ms p95   500 queued, concurrency 10: ${runsPerSecond.toFixed(0)} runs/s`,
  );
}
rmSync(folder, { recursive: true });
