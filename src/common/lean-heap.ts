import { setFlagsFromString } from 'node:v8';

/** By how much V8 multiplies the space for new objects when many of them stay. V8's default is 2. */
const NEW_SPACE_FACTOR = '--semi-space-growth-factor';

/**
 * Keeps V8 from enlarging the space for new objects, because nearly all objects of a start stay: V8 would give it up to
 * 32 MB, and the process would keep them even if it never gets work. In a bundle it is executed after most packages. Executed
 * before them, it saves the worker another 15 MB, and its start takes a tenth longer.
 */
setFlagsFromString(`${NEW_SPACE_FACTOR}=1`);

/**
 * To be called when the start has ended: from now on the space for new objects grows with the work.
 *
 * Old objects may become half as many again before V8 collects them. By default they may become four times as many: after
 * 6,000 runs, 27 of 48 MB were garbage. The processor time of a run stays the same.
 */
export function endOfStart(): void {
  setFlagsFromString(`${NEW_SPACE_FACTOR}=2`);
  setFlagsFromString('--heap-growing-percent=50');
}
