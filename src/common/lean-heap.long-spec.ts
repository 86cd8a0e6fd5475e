import { execFileSync } from 'node:child_process';

/**
 * Makes objects that stay, before and after the end of the start, and then in small portions. Prints the size of the space
 * for new objects each time, and which collections after the start were of all objects.
 */
const PROGRAM = `
  import { setImmediate } from 'node:timers/promises';
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
  const ofAll = [];
  new PerformanceObserver((list) => {
    for (const { detail } of list.getEntries()) ofAll.push(detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR);
  }).observe({ entryTypes: ['gc'] });
  endOfStart();
  let later = 0;
  for (let portion = 0; portion < 400; portion++) {
    later = sizeAfterWork(5_000);
    await setImmediate();
  }
  console.log(JSON.stringify({ atStart, later, ofAll }));
`;

const MB = 1024 * 1024;

interface Seen {
  atStart: number;
  later: number;
  ofAll: boolean[];
}

describe('The heap', () => {
  let seen: Seen;

  beforeAll(() => {
    const args = ['--import', '@swc-node/register/esm-register', '--input-type=module', '-e', PROGRAM];
    seen = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Seen;
  });

  it('has a space for new objects that grows only after the start, and to no more than is useful', () => {
    expect(seen.later).toBeGreaterThanOrEqual(2 * seen.atStart);
    expect(seen.later).toBeLessThan(20 * MB);
  });

  it('is collected as a whole at the first chance after the start, and then only when it has grown', () => {
    expect(seen.ofAll[0]).toBe(true);
    expect(seen.ofAll.filter((all) => !all).length).toBeGreaterThan(seen.ofAll.length / 2);
  });
});
