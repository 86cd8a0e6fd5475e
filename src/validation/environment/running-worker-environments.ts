import { Journal } from './journal.js';
import { RealTiming } from './timing.js';
import { assertRegistered } from './registered-app.js';
import { assertReady } from './running-worker.js';
import type { Environment, Environments } from './environment.js';
import type { TargetAddress } from './target-address.js';
import { TargetApi } from './target-api.js';

export interface RunningWorker {
  readonly url: string;
  /** The app id. Absent: that of the app that is served at {@link url}. */
  readonly appId?: string | undefined;
  /** The worker's DEMO_TASK_JOURNAL, if it has one. */
  readonly journal?: string | undefined;
}

/** An Inngest and a worker that are already running. */
export class RunningWorkerEnvironments implements Environments {
  constructor(
    private readonly target: TargetAddress,
    private readonly worker: RunningWorker,
  ) {}

  async open(): Promise<Environment> {
    const { url, journal } = this.worker;
    await new TargetApi(this.target).assertAnswers();
    await assertReady(url, this.target);
    return {
      title: `Inngest at ${this.target.url} and the worker at ${url}, in real time`,
      target: this.target,
      appId: await assertRegistered(this.target, this.worker.appId, url),
      workerUrl: url,
      timing: new RealTiming(),
      ...(journal !== undefined && { journal: new Journal(journal) }),
      close: () => Promise.resolve([]),
    };
  }
}
