import { createRunner } from 'jest-light-runner';

/**
 * Runs test files in plain Node processes. Each process asks for its configuration when it has started. The runner that
 * this one extends (0.7) answers all of them as soon as the first one asks, and a process that is slower than that waits
 * for ever; here each is answered when it asks.
 */
export default class TestRunner extends createRunner({ runtime: 'child_process' }) {
  _runTest(test) {
    const { config: projectConfig } = test.context;
    const runner = this._testRunners.get(projectConfig);
    if (this._runtime !== 'child_process' || runner === undefined) return super._runTest(test);
    const workerData = { globalConfig: this._globalConfig, projectConfig, runtime: this._runtime };
    return runner.pool.run(test.path, { channel: answering(workerData) });
  }
}

/** What passes between the pool and the process that a test file is given to. */
function answering(workerData) {
  let answer;
  return {
    onMessage: (send) => {
      answer = send;
    },
    postMessage: (message) => {
      if (message === 'jest-light-runner-get-worker-data') {
        answer({ type: 'jest-light-runner-worker-data', workerData });
      }
    },
  };
}
