import { setFlagsFromString } from 'node:v8';

/** By how much V8 multiplies the space for new objects when many of them stay. V8's default is 2. */
const GROWTH_FACTOR = '--semi-space-growth-factor';

/**
 * Keeps V8 from enlarging the space for new objects, because nearly all objects of a start stay: V8 would give it the full
 * 32 MB, and the process would keep them even if it never gets work. Programs import this first.
 */
setFlagsFromString(`${GROWTH_FACTOR}=1`);

/** To be called when the start has ended: from now on the space grows with the work. */
export function letNewSpaceGrow(): void {
  setFlagsFromString(`${GROWTH_FACTOR}=2`);
}
