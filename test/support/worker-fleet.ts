import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JournalEntry } from '../../src/demo-task/providers/step-journal.js';
import { Balancer } from './balancer.js';
import { CompiledSources, MainProcess } from './main-process.js';

/** A worker in a separate process, with a journal of its steps. */
export interface FleetWorker {
  readonly name: string;
  readonly process: MainProcess;
  /** The URL of the worker. */
  readonly url: string;
  /** Reads what its steps have written so far. */
  readonly journal: () => JournalEntry[];
}

/** Workers behind one load balancer, for one Inngest server. Each worker runs main in a separate process. */
export class WorkerFleet {
  private readonly folder = mkdtempSync(join(tmpdir(), 'fleet-'));
  private readonly started: MainProcess[] = [];

  private constructor(
    private readonly sources: CompiledSources,
    private readonly inngestUrl: string,
    readonly balancer: Balancer,
  ) {}

  static async create(inngestUrl: string): Promise<WorkerFleet> {
    const balancer = await Balancer.start({ asksReadiness: true });
    return new WorkerFleet(await CompiledSources.create(), inngestUrl, balancer);
  }

  /** Starts a worker. Resolves when the worker is registered and the balancer sends it requests. */
  async add(name: string): Promise<FleetWorker> {
    const file = join(this.folder, `${name}.jsonl`);
    const process = MainProcess.start(this.sources, {
      PORT: '0',
      INNGEST_URL: this.inngestUrl,
      INNGEST_SERVE_ORIGIN: this.balancer.url,
      DEMO_TASK_JOURNAL: file,
    });
    this.started.push(process);
    const [, url = ''] = await process.printed(/Worker +(http:\S+)\n/);
    await process.printed(/Registered functions\n/);
    this.balancer.add(url);
    const journal = (): JournalEntry[] => {
      const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
      return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as JournalEntry);
    };
    return { name, process, url, journal };
  }

  async close(): Promise<void> {
    for (const process of this.started) process.send('SIGKILL');
    await Promise.all(this.started.map((process) => process.ended));
    await this.balancer.close();
    await this.sources.remove();
    rmSync(this.folder, { recursive: true });
  }
}
