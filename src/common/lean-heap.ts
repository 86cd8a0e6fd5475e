import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** By how much V8 multiplies the space for new objects when many of them stay. V8's default is 2. */
const NEW_SPACE_FACTOR = '--semi-space-growth-factor';

/** About how large the space for new objects becomes, in bytes: two halves of 8 MB. V8's limit is twice as much. */
const ENOUGH = 16 * 1024 * 1024;

/**
 * Keeps V8 from enlarging the space for new objects, because nearly all objects of a start stay: V8 would give it up to
 * 32 MB, and the process would keep them even if it never gets work. In a bundle it is executed after most packages. Executed
 * before them, it saves the worker another 15 MB, and its start takes a tenth longer.
 */
setFlagsFromString(`${NEW_SPACE_FACTOR}=1`);

/**
 * To be called when the start has ended: from now on the space for new objects grows with the work, until it is large enough.
 * With twice the space, the process needs about 15 MB more, and no less processor time for a run; with half of it, 5 to 9 % more.
 *
 * Old objects may become a quarter more before V8 collects them. By default they may become four times as many. V8 applies
 * that only after it has collected them once, so it does so at the first chance. After 2,500 runs the process then has 132 MB
 * in the place of 155 or more, after 15,000 it has 132 in the place of 137, for the same processor time.
 */
export function endOfStart(): void {
  setFlagsFromString(`${NEW_SPACE_FACTOR}=2`);
  setFlagsFromString('--heap-growing-percent=25');
  setFlagsFromString('--gc-global');
  // V8 reads its own limit for the new space only when the process starts. It enlarges the space when it collects objects.
  const collections = new PerformanceObserver(() => {
    setFlagsFromString('--no-gc-global');
    if (sizeOfNewSpace() < ENOUGH) return;
    setFlagsFromString(`${NEW_SPACE_FACTOR}=1`);
    collections.disconnect();
  });
  collections.observe({ entryTypes: ['gc'] });
}

function sizeOfNewSpace(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? 0;
}
