import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEMO_TASK } from '../../demo-task/index.js';
import { Journal } from './journal.js';
import { RealTiming } from './timing.js';
import { assertRegistered } from './registered-app.js';
import type { KillableEnvironment, Environments } from './environment.js';
import { isCloud, type TargetAddress } from './target-address.js';
import { TargetApi } from './target-api.js';
import { TargetError } from './target-http.js';
import { WorkerProcess } from './worker-process.js';

/**
 * The app id of workers that the validation starts. It differs from the default, so that it does not replace a real
 * app.
 */
export const VALIDATION_APP_ID = 'task-queue-worker-validation';

/** An Inngest elsewhere, and a worker that the validation starts as a separate process, so that it may kill it. */
export class OwnWorkerEnvironments implements Environments {
  private environment: KillableEnvironment | undefined;

  /**
   * @param main the worker's compiled entry point
   * @param serveOrigin where the target reaches the worker, if not at this machine's localhost
   * @param apiTokens the worker's API_TOKENS; by default a new one
   */
  constructor(
    private readonly target: TargetAddress,
    private readonly main: string,
    private readonly serveOrigin?: string,
    private readonly apiTokens: string = randomBytes(32).toString('hex'),
  ) {}

  async open(signal: AbortSignal): Promise<KillableEnvironment> {
    await new TargetApi(this.target).assertAnswers();
    const directory = await mkdtemp(join(tmpdir(), 'validate-'));
    const journal = join(directory, 'steps.jsonl');
    let worker: WorkerProcess | undefined;
    try {
      signal.throwIfAborted();
      const { port } = new URL(this.serveOrigin ?? 'http://localhost');
      worker = await WorkerProcess.start(
        {
          main: this.main,
          directory,
          environment: this.variables(journal),
          ...(port !== '' && { port: Number(port) }),
        },
        signal,
      );
      await assertRegistered(this.target, VALIDATION_APP_ID, worker.url);
      this.environment = this.environmentWith(worker, directory, journal, signal);
      return this.environment;
    } catch (error) {
      if (worker) {
        // If the worker kept running, this process would not exit and the worker's app would stay registered.
        await worker.stop();
        await this.leave(this.addressOf(worker));
      }
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
  }

  openKillable(): Promise<KillableEnvironment> {
    if (!this.environment) throw new Error('The environment is opened first.');
    return Promise.resolve(this.environment);
  }

  private environmentWith(
    worker: WorkerProcess,
    directory: string,
    journal: string,
    signal: AbortSignal,
  ): KillableEnvironment {
    return {
      title: `Inngest at ${this.target.url}, in real time`,
      target: this.target,
      appId: VALIDATION_APP_ID,
      workerUrl: worker.url,
      timing: new RealTiming(),
      journal: new Journal(journal),
      kill: () => worker.kill(),
      restart: () => worker.start(signal),
      close: async () => {
        await worker.stop();
        await rm(directory, { recursive: true, force: true });
        return this.leave(this.addressOf(worker));
      },
    };
  }

  /**
   * The origin at which the target calls the worker. The target treats a registration from another address as that of
   * another worker.
   */
  private addressOf({ url }: WorkerProcess): string {
    return this.serveOrigin ?? url;
  }

  /** Unregisters the app of the stopped worker. Otherwise its functions would fail for every task that anyone sends. */
  private async leave(workerUrl: string): Promise<string[]> {
    const api = new TargetApi(this.target);
    try {
      if (await api.unregister(VALIDATION_APP_ID, workerUrl)) return this.others(api);
    } catch (error) {
      if (!(error instanceof TargetError)) throw error;
    }
    return [
      `The app ${VALIDATION_APP_ID} could not be taken out of the Inngest at ${this.target.url}: archive it there.`,
    ];
  }

  private async others(api: TargetApi): Promise<string[]> {
    const others = await api.othersWith(DEMO_TASK, VALIDATION_APP_ID);
    if (others.length === 0) return [];
    return [
      `Every task was also run by ${others.join(', ')}, whose ${DEMO_TASK} has the same event; that was left out.`,
    ];
  }

  private variables(journal: string): Record<string, string> {
    const { url, eventKey, signingKey } = this.target;
    const { serveOrigin, apiTokens } = this;
    return {
      // A worker that other machines can reach requires tokens.
      API_TOKENS: apiTokens,
      // Without INNGEST_URL the worker uses Inngest Cloud.
      ...(!isCloud(this.target) && { INNGEST_URL: url }),
      INNGEST_DEV: String(signingKey === undefined),
      INNGEST_APP_ID: VALIDATION_APP_ID,
      ...(eventKey !== undefined && { INNGEST_EVENT_KEY: eventKey }),
      ...(signingKey !== undefined && { INNGEST_SIGNING_KEY: signingKey }),
      ...(serveOrigin !== undefined && { INNGEST_SERVE_ORIGIN: serveOrigin, HOST: '0.0.0.0' }),
      DEMO_TASK_JOURNAL: journal,
    };
  }
}
