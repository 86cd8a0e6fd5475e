/** The shortest rest between two executions, in milliseconds. */
const MIN_REST_MS = 250;
/** The rest after an execution, as a multiple of its duration. */
const REST = 4;

/**
 * Runs `work` when requested, one execution at a time, and rests between executions in proportion to how long the last
 * one took, so that a slow server is not overloaded. Requests during an execution cause one more execution after it.
 *
 * @param {() => Promise<void>} work must not throw
 * @returns {{ request: () => void, stop: () => void }}
 */
export function limitedRefresh(work) {
  let busy = false;
  let requestedAgain = false;
  let stopped = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  async function run() {
    busy = true;
    requestedAgain = false;
    const begun = performance.now();
    await work();
    const took = performance.now() - begun;
    if (stopped) return;
    timer = setTimeout(
      () => {
        busy = false;
        if (requestedAgain) void run();
      },
      Math.max(MIN_REST_MS, took * REST),
    );
  }

  return {
    request() {
      if (stopped) return;
      if (busy) requestedAgain = true;
      else void run();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
