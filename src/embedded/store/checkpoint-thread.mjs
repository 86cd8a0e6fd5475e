// The thread of checkpoints.ts. Plain JavaScript, because a thread does not have the loader that tests read TypeScript with.

import { parentPort, workerData } from 'node:worker_threads';

/** @import { CheckpointResult, CheckpointThreadData } from './checkpoints.js' */

// Node 22 prints a warning for node:sqlite; the main thread does not show it either.
process.removeAllListeners('warning');

/** @type {CheckpointThreadData} */
const { file, driver } = workerData;
const Connection =
  driver === 'libsql'
    ? (await import('libsql')).default
    : process.getBuiltinModule('node:sqlite').DatabaseSync;
const connection = new Connection(file);

parentPort.on('message', (/** @type {'checkpoint' | 'close'} */ message) => {
  if (message === 'checkpoint') {
    parentPort.postMessage(checkpoint());
    return;
  }
  connection.close();
  parentPort.close();
});

/**
 * `PASSIVE` neither waits for a lock nor makes a writer wait.
 *
 * @returns {CheckpointResult}
 */
function checkpoint() {
  try {
    const [{ log, checkpointed }] = connection.prepare('PRAGMA wal_checkpoint(PASSIVE)').all();
    return { remaining: log - checkpointed };
  } catch (error) {
    return { error: error.message };
  }
}
