import { Journal } from './journal.js';
import { RealPace } from './pace.js';
import { mustBeRegistered } from './registered-app.js';
import { mustBeReady } from './running-worker.js';
import type { Stage, Stages } from './stage.js';
import type { TargetAddress } from './target-address.js';
import { TargetApi } from './target-api.js';

export interface RunningWorker {
  readonly url: string;
  /** Absent: that of the app that serves at {@link url}. */
  readonly appId?: string | undefined;
  /** Its DEMO_TASK_JOURNAL, when it has one. */
  readonly journal?: string | undefined;
}

/** An Inngest and a worker that run already. */
export class RunningWorkerStages implements Stages {
  constructor(
    private readonly target: TargetAddress,
    private readonly worker: RunningWorker,
  ) {}

  async open(): Promise<Stage> {
    const { url, journal } = this.worker;
    await new TargetApi(this.target).mustAnswer();
    await mustBeReady(url, this.target);
    return {
      title: `Inngest at ${this.target.url} and the worker at ${url}, in real time`,
      target: this.target,
      appId: await mustBeRegistered(this.target, this.worker.appId, url),
      workerUrl: url,
      pace: new RealPace(),
      ...(journal !== undefined && { journal: new Journal(journal) }),
      close: () => Promise.resolve([]),
    };
  }
}
