// Preloaded into a measured server (`node --import`). Tells the bench over Node's IPC what the process has used.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

process.on('message', ({ ask, id }) => {
  if (ask === 'usage') process.send({ id, value: usage() });
  if (ask === 'heap') process.send({ id, value: heap() });
});
// The bench has ended or was killed.
process.on('disconnect', () => process.exit());
// The channel alone must not keep a process alive after it was told to stop.
process.channel?.unref();

/** The processor time since the start in milliseconds, and the current resident memory in bytes. */
function usage() {
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1_000, rss: process.memoryUsage.rss() };
}

/** The memory in use, in bytes: the JavaScript heap after a full garbage collection, and external memory. */
function heap() {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
