import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock, VirtualClock } from './clock/index.js';
import { Settings } from './config/index.js';
import { EmbeddedInngest } from './embedded/index.js';
import { Service } from './service.js';
import {
  Journal,
  SkippingTiming,
  EnvironmentError,
  VirtualTiming,
  WorkerProcess,
  type KillableEnvironment,
  type Environment,
  type Environments,
} from './validation/index.js';

/**
 * Virtual time starts a day ahead of the machine's time. The SDK measures its steps with the machine's clock, and the
 * server
 * accepts such times if they are plausible on its own clock; a day's difference keeps the server from mixing the two.
 */
const AHEAD_MS = 24 * 60 * 60 * 1_000;

/** A worker and the embedded server in this process, on one virtual clock. */
export class EmbeddedEnvironment implements Environment {
  readonly title = 'the embedded server, in virtual time';
  readonly appId: string;
  readonly timing: VirtualTiming;
  readonly journal: Journal;

  private constructor(
    readonly server: EmbeddedInngest,
    private readonly service: Service,
    private readonly settings: Settings,
    clock: VirtualClock,
    private readonly files: Files,
  ) {
    this.appId = settings.appId;
    this.timing = new VirtualTiming(clock);
    this.journal = new Journal(files.journal);
  }

  /** @throws EnvironmentError if the worker cannot register */
  static async start(): Promise<EmbeddedEnvironment> {
    const clock = new VirtualClock(new SystemClock().now() + AHEAD_MS);
    const files = await Files.create();
    const server = await EmbeddedInngest.start({ port: 0, clock, logger: false });
    const settings = Settings.from({
      PORT: '0',
      INNGEST_URL: server.url,
      DEMO_TASK_JOURNAL: files.journal,
    });
    const service = await Service.start(settings, { clock, logger: false });
    const environment = new EmbeddedEnvironment(server, service, settings, clock, files);
    await clock.settled();
    const { state, lastError } = service.registration;
    if (state === 'registered') return environment;
    await environment.close();
    throw new EnvironmentError(`The worker is not registered with the embedded server: ${lastError}`);
  }

  get target(): { url: string } {
    return { url: this.server.url };
  }

  get workerUrl(): string {
    return this.service.url;
  }

  async close(): Promise<string[]> {
    // Virtual time no longer advances here, so waiting for steps that sleep on the clock would not end.
    await this.server.drain(0);
    this.service.app.getHttpServer().closeAllConnections();
    await this.service.stop();
    await this.server.close();
    await this.files.remove();
    return [];
  }
}

/** The embedded server on a virtual clock, and a worker in a process of its own, in real time, that may be killed. */
class KillableEmbeddedEnvironment implements KillableEnvironment {
  readonly title = 'the embedded server, and a worker that is killed';
  readonly appId = Settings.from({}).appId;
  readonly timing: SkippingTiming;
  readonly journal: Journal;

  private constructor(
    private readonly server: EmbeddedInngest,
    private readonly worker: WorkerProcess,
    clock: VirtualClock,
    private readonly files: Files,
  ) {
    this.timing = new SkippingTiming(clock);
    this.journal = new Journal(files.journal);
  }

  /** @param main the worker's compiled entry point */
  static async start(main: string, signal: AbortSignal): Promise<KillableEmbeddedEnvironment> {
    const clock = new VirtualClock();
    const files = await Files.create();
    const server = await EmbeddedInngest.start({ port: 0, clock, logger: false });
    const environment = { INNGEST_URL: server.url, INNGEST_DEV: 'true', DEMO_TASK_JOURNAL: files.journal };
    try {
      const { directory } = files;
      const worker = await WorkerProcess.start({ main, directory, environment }, signal);
      return new KillableEmbeddedEnvironment(server, worker, clock, files);
    } catch (error) {
      await server.close();
      await files.remove();
      throw error;
    }
  }

  get target(): { url: string } {
    return { url: this.server.url };
  }

  get workerUrl(): string {
    return this.worker.url;
  }

  kill(): Promise<void> {
    return this.worker.kill();
  }

  restart(): Promise<void> {
    return this.worker.start();
  }

  async close(): Promise<string[]> {
    await this.server.drain(0);
    await this.worker.kill();
    await this.server.close();
    await this.files.remove();
    return [];
  }
}

/** Everything runs in this process, except a worker that is killed: the server in this process then keeps its state. */
export class EmbeddedEnvironments implements Environments {
  /** @param main the worker's compiled entry point */
  constructor(private readonly main: string) {}

  open(): Promise<EmbeddedEnvironment> {
    return EmbeddedEnvironment.start();
  }

  openKillable(signal: AbortSignal): Promise<KillableEnvironment> {
    return KillableEmbeddedEnvironment.start(this.main, signal);
  }
}

/** The temporary files of an environment. */
class Files {
  private constructor(readonly directory: string) {}

  static async create(): Promise<Files> {
    return new Files(await mkdtemp(join(tmpdir(), 'validate-')));
  }

  get journal(): string {
    return join(this.directory, 'steps.jsonl');
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}
