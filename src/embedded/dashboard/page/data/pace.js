/** The shortest time between two readings of the same thing, in milliseconds. */
const SHORTEST_MS = 250;
/** After a reading that takes long there is a rest of so many times its length. */
const REST = 4;

/**
 * Lets `work` be asked for as often as anybody likes: it is done at once or soon after, one at a time, and at a pace
 * that leaves the server in peace. What is asked for while it is being done is done once more after it.
 *
 * @param {() => Promise<void>} work must not throw
 * @returns {{ ask: () => void, stop: () => void }}
 */
export function paced(work) {
  let busy = false;
  let askedAgain = false;
  let stopped = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  async function run() {
    busy = true;
    askedAgain = false;
    const begun = performance.now();
    await work();
    const took = performance.now() - begun;
    if (stopped) return;
    timer = setTimeout(
      () => {
        busy = false;
        if (askedAgain) void run();
      },
      Math.max(SHORTEST_MS, took * REST),
    );
  }

  return {
    ask() {
      if (stopped) return;
      if (busy) askedAgain = true;
      else void run();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
