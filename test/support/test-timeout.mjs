import { setTimeout as wait } from 'node:timers/promises';
import { addEventHandler } from 'jest-circus';

/** The default time limit of a test or a hook, in milliseconds of wall time. */
const TIMEOUT_MS = 120_000;

// The light runner has no time limits. Without one, a test that hangs would hang the whole run.
addEventHandler((event, { currentDescribeBlock: block }) => {
  if (event.name === 'add_test') limit(block.children.at(-1));
  if (event.name === 'add_hook') limit(block.hooks.at(-1));
});

function limit(entry) {
  const { fn, timeout: ms = TIMEOUT_MS } = entry ?? {};
  if (entry === undefined || fn === undefined || fn.timeLimited) return;
  const limited = async () => {
    const done = new AbortController();
    const late = wait(ms, undefined, { signal: done.signal }).then(
      () => Promise.reject(new Error(`It was not done after ${ms} ms.`)),
      () => undefined,
    );
    try {
      await Promise.race([fn(), late]);
    } finally {
      done.abort();
    }
  };
  limited.timeLimited = true;
  entry.fn = limited;
}
