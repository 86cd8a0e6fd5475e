// The thread of checkpoints.ts. It is plain JavaScript because threads lack the loader with which tests run TypeScript.

import { parentPort, workerData } from 'node:worker_threads';

/** @import { CheckpointResult, CheckpointThreadData } from './checkpoints.js' */

// Hides the warning that Node 22 prints for node:sqlite, as the main thread does.
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
 * Moves the log into the file. `PASSIVE` neither waits for a lock nor makes a writer wait.
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
