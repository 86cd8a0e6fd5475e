import { request } from 'undici';
import { BenchProcess } from './processes/bench-process.js';
import { startCommand } from './programs.js';
import { RunEnds } from './run-ends.js';
import { Subject } from './subject.js';
import { TemporaryFolder } from './temporary-folder.js';

export const FLOOR = 'floor';
export const EMBEDDED = 'embedded';

/** Another Inngest, which runs already. */
export interface OtherInngest {
  readonly name: string;
  readonly url: string;
  /** Its process on this machine, when its processor time is to be read. */
  readonly pid?: number;
}

/** A server that runs already, in a process of the bench or another one. */
interface Server extends OtherInngest {
  readonly process?: BenchProcess;
}

/** Servers, and one app in a process of its own that all of them call. */
export class Field {
  private constructor(
    readonly subjects: readonly Subject[],
    private readonly processes: readonly BenchProcess[],
    private readonly folder?: TemporaryFolder,
  ) {}

  /** The floor, the built embedded server with its state on disk, and others. */
  static async start(others: readonly OtherInngest[]): Promise<Field> {
    const folder = new TemporaryFolder();
    const processes: BenchProcess[] = [];
    try {
      const floor = await BenchProcess.script('floor.ts', []);
      processes.push(floor);
      const embedded = await startCommand(folder.path);
      processes.push(embedded);
      const servers = [serverOf(FLOOR, floor), serverOf(EMBEDDED, embedded), ...others];
      const { app, subjects } = await connect(servers);
      return new Field(subjects, [...processes, app], folder);
    } catch (error) {
      for (const one of processes) await one.stop('SIGKILL');
      folder.remove();
      throw error;
    }
  }

  /** An app beside servers that were started by {@link startCommand} or {@link startWorker}; {@link stop} ends them too. */
  static async around(servers: Readonly<Record<string, BenchProcess>>): Promise<Field> {
    const { app, subjects } = await connect(
      Object.entries(servers).map(([name, process]) => serverOf(name, process)),
    );
    return new Field(subjects, [...Object.values(servers), app]);
  }

  /** The first of them, beside which the others are measured. */
  get floor(): Subject {
    return this.subjects[0] as Subject;
  }

  /** All but the floor. */
  get servers(): readonly Subject[] {
    return this.subjects.slice(1);
  }

  async stop(): Promise<void> {
    for (const one of this.processes.toReversed()) await one.stop();
    this.folder?.remove();
  }
}

function serverOf(name: string, process: BenchProcess): Server {
  return { name, url: process.url, process };
}

async function connect(servers: readonly Server[]): Promise<{ app: BenchProcess; subjects: Subject[] }> {
  const targets = servers.map(({ name, url }) => ({ name, url }));
  const app = await BenchProcess.script('app.ts', [JSON.stringify(targets)]);
  const ends = new RunEnds();
  app.onMessage(({ ended }: { ended?: number }) => ended !== undefined && ends.note(ended));
  for (const { name } of servers) await register(`${app.url}/api/${name}`, name);
  return { app, subjects: servers.map((one) => new Subject(one, ends)) };
}

async function register(url: string, name: string): Promise<void> {
  const response = await request(url, { method: 'PUT' });
  const text = await response.body.text();
  if (response.statusCode !== 200) throw new Error(`The app could not register at ${name}: ${text}`);
}
