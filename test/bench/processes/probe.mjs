// Preloaded into a server that is measured (`node --import`): tells the bench, over Node's IPC, what the process has used.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

process.on('message', ({ ask, id }) => {
  if (ask === 'usage') process.send({ id, value: usage() });
  if (ask === 'heap') process.send({ id, value: heap() });
});
// The bench has ended, or was killed.
process.on('disconnect', () => process.exit());
// Without this the channel would keep a process alive that has been told to stop.
process.channel?.unref();

/** Milliseconds of processor time since the start, and the resident memory now in bytes. */
function usage() {
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1_000, rss: process.memoryUsage.rss() };
}

/** Bytes that are really in use: JavaScript's heap after a full collection, and what lies outside it. */
function heap() {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
