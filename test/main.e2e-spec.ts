import { createServer, type AddressInfo, type Server } from 'node:net';
import { CompiledSources, MainProcess } from './support/main-process.js';

const FREE_PORTS = { PORT: '0', INNGEST_EMBEDDED_PORT: '0', INNGEST_EMBEDDED_DATA: ':memory:' };

let sources: CompiledSources;
let worker: MainProcess;

beforeAll(async () => {
  sources = await CompiledSources.create();
});

afterAll(() => sources.remove());

afterEach(async () => {
  worker.send('SIGKILL');
  await worker.ended;
});

describe('main', () => {
  it('says what runs where, registers its functions and says what to try', async () => {
    worker = MainProcess.start(sources, FREE_PORTS);
    const [, url] = await worker.printed(/Worker +(http:\S+)\n/);
    await worker.printed(/Registered functions\n +✓ demo-task\n/);
    await worker.printed(new RegExp(`curl -i -X POST ${url}/demo-tasks`));
    const ready = await fetch(`${url}/health/ready`);
    expect(ready.status).toBe(200);
    // Not a terminal, so no colours.
    expect(worker.stdout).not.toContain('\u001b[');
  });

  it('at SIGINT finishes the step that runs, and the task, and exits 0', async () => {
    worker = MainProcess.start(sources, FREE_PORTS);
    const [, url] = await worker.printed(/Worker +(http:\S+)\n/);
    await worker.printed(/Registered functions/);
    await fetch(`${url}/demo-tasks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ taskId: 'first', delayMs: 1_500 }),
    });
    await worker.printed(/step=step-3-simulate-delay attempt=0 .*Waiting 1500 ms/);
    worker.send('SIGINT');
    expect(await worker.ended).toBe(0);
    expect(worker.stdout).toMatch(/SIGINT: finishing[^]*Task "first" is done/);
    expect(worker.stderr).toBe('');
  });

  it('names every wrong setting and exits 1, without a stack', async () => {
    worker = MainProcess.start(sources, { PORT: 'x', INNGEST_DEV: 'false' });
    expect(await worker.ended).toBe(1);
    expect(worker.stderr).toMatch(
      /^3 settings are wrong:\n {2}- PORT is "x"[^]* {2}- INNGEST_EVENT_KEY is missing[^]* {2}- INNGEST_SIGNING_KEY is missing/,
    );
    expect(worker.stderr).not.toMatch(/^ +at /m);
    expect(worker.stdout).toBe('');
  });

  it.each([
    ['PORT', /^❌ Port \d+ already in use\n/],
    ['INNGEST_EMBEDDED_PORT', /^❌ Port \d+ already in use, the one of the embedded Inngest server\n/],
  ])('says what to do when %s is taken and exits 1, without a stack', async (name, message) => {
    const other = await listening();
    const { port } = other.address() as AddressInfo;
    worker = MainProcess.start(sources, { ...FREE_PORTS, [name]: String(port) });
    expect(await worker.ended).toBe(1);
    expect(worker.stderr).toMatch(message);
    expect(worker.stderr).not.toMatch(/^ +at /m);
    expect(worker.stdout).toBe('');
    await closed(other);
  });

  it('keeps running when the Inngest at INNGEST_URL is not reachable, and says what to do', async () => {
    const nobody = await listening();
    const inngest = `http://127.0.0.1:${(nobody.address() as AddressInfo).port}`;
    await closed(nobody);
    worker = MainProcess.start(sources, { PORT: '0', INNGEST_URL: inngest });
    await worker.printed(
      new RegExp(
        `❌ Inngest Dev Server not reachable at ${inngest} .*remove INNGEST_URL to use the embedded server`,
      ),
    );
    const [, url] = await worker.printed(/Worker +(http:\S+)\n/);
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    expect((await fetch(`${url}/health/ready`)).status).toBe(503);
    worker.send('SIGTERM');
    expect(await worker.ended).toBe(0);
  });
});

async function listening(): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

async function closed(server: Server): Promise<void> {
  await new Promise((resolve) => server.close(resolve));
}
