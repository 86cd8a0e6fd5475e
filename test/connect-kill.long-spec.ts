import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { EmbeddedInngest } from '../src/embedded/index.js';
import { CompiledSources, MainProcess } from './support/main-process.js';

const SECOND = 1_000;

let sources: CompiledSources;
let folder: string;
let server: EmbeddedInngest;

beforeAll(async () => {
  sources = await CompiledSources.create();
});

afterAll(() => sources.remove());

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'connect-'));
  server = await EmbeddedInngest.start({
    port: 0,
    logger: false,
    retryIntervalMs: SECOND,
    connect: { leaseMs: 2 * SECOND, heartbeatMs: SECOND },
  });
});

afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

interface JournalLine {
  step: string;
  event?: string;
}

/** A worker in a separate process. */
class Worker {
  private constructor(
    readonly main: MainProcess,
    private readonly file: string,
  ) {}

  static async start(name: string): Promise<Worker> {
    const file = join(folder, `${name}.jsonl`);
    const main = MainProcess.start(sources, {
      PORT: '0',
      INNGEST_URL: server.url,
      INNGEST_TRANSPORT: 'connect',
      DEMO_TASK_JOURNAL: file,
    });
    await main.printed(/Registered functions/);
    return new Worker(main, file);
  }

  get journal(): JournalLine[] {
    if (!existsSync(this.file)) return [];
    const lines = readFileSync(this.file, 'utf8').trim().split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as JournalLine);
  }

  has(step: string): boolean {
    return this.journal.some((line) => JSON.stringify(line).includes(step));
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await wait(50);
}

async function request(taskId: string, delayMs: number): Promise<string> {
  const answer = await fetch(`${server.url}/e/test`, {
    method: 'POST',
    body: JSON.stringify({ name: 'demo/task.requested', data: { taskId, delayMs } }),
  });
  const { ids } = (await answer.json()) as { ids: string[] };
  return ids[0]!;
}

async function statusOf(eventId: string): Promise<string | undefined> {
  const answer = await fetch(`${server.url}/v1/events/${eventId}/runs`);
  const { data } = (await answer.json()) as { data: { status: string }[] };
  return data[0]?.status;
}

describe('Workers that connect, in separate processes', () => {
  it('take over from a worker that is killed in a step, and do not repeat finished steps', async () => {
    const workers = [await Worker.start('one'), await Worker.start('two')];
    const eventId = await request('killed', 4 * SECOND);
    const inStep = 'step-3-simulate-delay';
    await until(() => workers.some((worker) => worker.has(inStep)));
    const [victim, other] = workers[0]!.has(inStep) ? workers : workers.toReversed();

    victim!.main.send('SIGKILL');
    await until(async () => (await statusOf(eventId)) === 'Completed');

    expect(other!.has(inStep)).toBe(true);
    const starts = workers
      .flatMap(({ journal }) => journal)
      .map((line) => JSON.stringify(line))
      .filter((line) => line.includes('step-1-initialize') && /start/.test(line));
    expect(starts).toHaveLength(1);
    other!.main.send('SIGTERM');
    expect(await other!.main.ended).toBe(0);
  });

  it('finish their steps when they are told to stop, then exit with code 0', async () => {
    const worker = await Worker.start('one');
    const eventId = await request('drained', 2 * SECOND);
    await until(() => worker.has('step-3-simulate-delay'));

    worker.main.send('SIGTERM');
    expect(await worker.main.ended).toBe(0);

    const next = await Worker.start('two');
    await until(async () => (await statusOf(eventId)) === 'Completed');
    expect(next.has('step-3-simulate-delay')).toBe(false);
    next.main.send('SIGTERM');
    await next.main.ended;
  });
});
