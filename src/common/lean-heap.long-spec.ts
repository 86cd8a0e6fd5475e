import { execFileSync } from 'node:child_process';

/** Makes objects that stay, before and after the end of the start. Prints the size of the space for new objects each time. */
const PROGRAM = `
  import { getHeapSpaceStatistics } from 'node:v8';
  import { endOfStart } from './src/common/lean-heap.ts';
  const kept = [];
  const sizeAfterWork = () => {
    for (let n = 0; n < 500_000; n++) kept.push({ n });
    return getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size;
  };
  const atStart = sizeAfterWork();
  endOfStart();
  console.log(JSON.stringify([atStart, sizeAfterWork()]));
`;

describe('The space for new objects', () => {
  it('grows only after the start', () => {
    const args = ['--import', '@swc-node/register/esm-register', '--input-type=module', '-e', PROGRAM];
    const [atStart, later] = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as [
      number,
      number,
    ];

    expect(later).toBeGreaterThanOrEqual(2 * atStart);
  });
});
