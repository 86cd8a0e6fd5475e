import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedInngest } from '../src/embedded/index.js';
import { WorkerProcess } from './support/worker-process.js';

interface Status {
  run?: { id: string; steps: { id: string; status: string }[] };
}

describe('Stopping the service while a step runs', () => {
  let folder: string;
  let dataFile: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stop-'));
    dataFile = join(folder, 'inngest.db');
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('lets the call finish, keeps its steps, and exits 0', async () => {
    const worker = await WorkerProcess.start({ INNGEST_EMBEDDED_DATA: dataFile });
    const accepted = await fetch(`${worker.url}/demo-tasks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ taskId: 'stopped', delayMs: 600 }),
    });
    const { status: path } = (await accepted.json()) as { status: string };
    const stepsDone = async (): Promise<{ id: string | undefined; done: number }> => {
      const { run } = (await (await fetch(worker.url + path)).json()) as Status;
      return { id: run?.id, done: run?.steps.filter((step) => step.status === 'COMPLETED').length ?? 0 };
    };
    let seen = await stepsDone();
    while (seen.done < 2) seen = await stepsDone();

    const code = await worker.end('SIGTERM');

    expect(code).toBe(0);
    await expect(fetch(`${worker.url}/health/live`)).rejects.toThrow('fetch failed');
    const server = await EmbeddedInngest.start({ port: 0, dataFile, logger: false });
    const { data } = (await (await fetch(`${server.url}/api/v2/runs/${seen.id}`)).json()) as {
      data: { status: string };
    };
    await server.close();
    expect(data.status).toBe('COMPLETED');
  });
});
