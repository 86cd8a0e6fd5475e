import { execFileSync } from 'node:child_process';

/**
 * Makes objects that stay, before and after the end of the start, and then in small portions. Prints the size of the space
 * for new objects each time.
 */
const PROGRAM = `
  import { setImmediate } from 'node:timers/promises';
  import { getHeapSpaceStatistics } from 'node:v8';
  import { endOfStart } from './src/common/lean-heap.ts';
  const kept = [];
  const sizeAfterWork = (objects) => {
    for (let n = 0; n < objects; n++) kept.push({ n });
    return getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size;
  };
  const atStart = sizeAfterWork(500_000);
  endOfStart();
  let later = 0;
  for (let portion = 0; portion < 400; portion++) {
    later = sizeAfterWork(5_000);
    await setImmediate();
  }
  console.log(JSON.stringify([atStart, later]));
`;

const MB = 1024 * 1024;

describe('The space for new objects', () => {
  it('grows only after the start, and to no more than is useful', () => {
    const args = ['--import', '@swc-node/register/esm-register', '--input-type=module', '-e', PROGRAM];
    const [atStart, later] = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as [
      number,
      number,
    ];

    expect(later).toBeGreaterThanOrEqual(2 * atStart);
    expect(later).toBeLessThan(20 * MB);
  });
});
