import { execFileSync } from 'node:child_process';

/**
 * Makes objects that stay, before the end of the start, and some time after it in small portions. Prints the size of the space
 * for new objects each time, and how often all objects were collected in between.
 */
const PROGRAM = `
  import { setImmediate, setTimeout } from 'node:timers/promises';
  import { constants, PerformanceObserver } from 'node:perf_hooks';
  import { getHeapSpaceStatistics } from 'node:v8';
  import { endOfStart } from './src/common/lean-heap.ts';
  const kept = [];
  const sizeAfterWork = (objects) => {
    for (let n = 0; n < objects; n++) kept.push({ n });
    return getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size;
  };
  const atStart = sizeAfterWork(500_000);
  await setImmediate();
  let collections = 0;
  new PerformanceObserver((list) => {
    const isOfAll = ({ detail }) => detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR;
    collections += list.getEntries().filter(isOfAll).length;
  }).observe({ entryTypes: ['gc'] });
  endOfStart();
  await setTimeout(2_100);
  const collected = collections;
  let later = 0;
  for (let portion = 0; portion < 400; portion++) {
    later = sizeAfterWork(5_000);
    await setImmediate();
  }
  console.log(JSON.stringify({ atStart, later, collected }));
`;

const MB = 1024 * 1024;
/** V8's own limit is 32 MB; since version 13, in Node 24, 64 MB, and the space may grow once more before that is seen. */
const MOST = (Number(process.versions.v8.split('.')[0]) < 13 ? 20 : 40) * MB;

interface Seen {
  atStart: number;
  later: number;
  collected: number;
}

describe('The heap', () => {
  let seen: Seen;

  beforeAll(() => {
    const args = ['--import', '@swc-node/register/esm-register', '--input-type=module', '-e', PROGRAM];
    seen = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Seen;
  });

  it('has a space for new objects that grows only after the start, and to no more than is useful', () => {
    expect(seen.later).toBeGreaterThan(seen.atStart);
    expect(seen.later).toBeLessThan(MOST);
  });

  it('is collected after the start, so that it grows little from then on', () => {
    expect(seen.collected).toBeGreaterThan(0);
  });
});
