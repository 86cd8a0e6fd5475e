import { request } from 'undici';
import { BenchProcess } from './processes/bench-process.js';
import { startCommand } from './programs.js';
import { RunEnds } from './run-ends.js';
import { Subject } from './subject.js';
import { TemporaryFolder } from './temporary-folder.js';

export const FLOOR = 'floor';
export const EMBEDDED = 'embedded';

/** Another Inngest server that already runs. */
export interface OtherInngest {
  readonly name: string;
  readonly url: string;
  /** The id of its process on this machine. With it, the bench can measure the server's processor time. */
  readonly pid?: number;
}

/** A server that already runs. It has a `process` if the bench started it. */
interface Server extends OtherInngest {
  readonly process?: BenchProcess;
}

/** The servers to measure, and one app, in a separate process, that all of them call. */
export class Field {
  private constructor(
    readonly subjects: readonly Subject[],
    private readonly processes: readonly BenchProcess[],
    private readonly folder?: TemporaryFolder,
  ) {}

  /** Starts the floor, the built embedded server with its state on disk, and the app. Adds other servers. */
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

  /**
   * Starts an app for servers that {@link startCommand} or {@link startWorker} has started. {@link stop} ends the servers too.
   */
  static async around(servers: Readonly<Record<string, BenchProcess>>): Promise<Field> {
    const { app, subjects } = await connect(
      Object.entries(servers).map(([name, process]) => serverOf(name, process)),
    );
    return new Field(subjects, [...Object.values(servers), app]);
  }

  /** The first subject. The others are measured against it. */
  get floor(): Subject {
    return this.subjects[0] as Subject;
  }

  /** All subjects except the floor. */
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
