import { createRunner } from 'jest-light-runner';
import { compiledFile } from './compile-tests.mjs';

/**
 * Runs the compiled test files in plain Node processes. Each process asks for its configuration after it has started. The base
 * runner (0.7) answers all processes when the first one asks, so a slower process waits forever. This runner answers each process
 * when that process asks.
 */
export default class TestRunner extends createRunner({ runtime: 'child_process' }) {
  async _runTest(test) {
    const path = compiledFile(test.path);
    const result = await this.#run({ ...test, path });
    return { ...result, testFilePath: test.path };
  }

  #run(test) {
    const { config: projectConfig } = test.context;
    const runner = this._testRunners.get(projectConfig);
    if (this._runtime !== 'child_process' || runner === undefined) return super._runTest(test);
    const workerData = { globalConfig: this._globalConfig, projectConfig, runtime: this._runtime };
    return runner.pool.run(test.path, { channel: answering(workerData) });
  }
}

/** The channel between the pool and the process that runs a test file. */
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
