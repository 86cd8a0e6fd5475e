import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompiledSources, MainProcess } from './support/main-process.js';

const FREE_PORTS = { PORT: '0', INNGEST_EMBEDDED_PORT: '0', INNGEST_EMBEDDED_DATA: ':memory:' };

const TOKEN = 'token-0123456789';

const folder = mkdtempSync(join(tmpdir(), 'main-spec-'));
const started: MainProcess[] = [];
let sources: CompiledSources;

beforeAll(async () => {
  sources = await CompiledSources.create();
});

afterAll(async () => {
  for (const main of started) main.send('SIGKILL');
  await Promise.all(started.map((main) => main.ended));
  await sources.remove();
  rmSync(folder, { recursive: true });
});

function start(variables: Record<string, string>): MainProcess {
  const main = MainProcess.start(sources, variables);
  started.push(main);
  return main;
}

describe('main', () => {
  const variables = { ...FREE_PORTS, INNGEST_EMBEDDED_DATA: join(folder, 'inngest.db') };
  let worker: MainProcess;
  let url: string;

  beforeAll(async () => {
    worker = start(variables);
    [, url = ''] = await worker.printed(/Worker +(http:\S+)\n/);
  });

  it('says what runs where, registers its functions and says what to try', async () => {
    await worker.printed(/Registered functions\n +✓ demo-task\n/);
    await worker.printed(new RegExp(`curl -i -X POST ${url}/demo-tasks`));
    const ready = await fetch(`${url}/health/ready`);
    expect(ready.status).toBe(200);
    // The output is not a terminal, so there are no colours.
    expect(worker.stdout).not.toContain('\u001b[');
  });

  it('refuses a data file that another one uses, and names that one', async () => {
    const [, inngest] = await worker.printed(/Inngest +(http:\S+)/);
    const second = start(variables);
    expect(await second.ended).toBe(1);
    expect(second.stderr).toMatch(
      new RegExp(`^❌ .*inngest\\.db is in use by another embedded Inngest \\(process \\d+, ${inngest}\\)\n`),
    );
    expect(second.stderr).not.toMatch(/^ +at /m);
    expect(worker.stderr).toBe('');
  });

  it('at SIGINT finishes the step that runs, and the task, and exits 0', async () => {
    await fetch(`${url}/demo-tasks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ taskId: 'first', delayMs: 2_000 }),
    });
    await worker.printed(/step=step-3-simulate-delay attempt=0 .*Waiting 2000 ms/);
    worker.send('SIGINT');
    expect(await worker.ended).toBe(0);
    expect(worker.stdout).toMatch(/SIGINT: waiting[^]*Task "first" is done/);
    expect(worker.stderr).toBe('');
  });
});

describe('main, when others reach it,', () => {
  it('does not start without tokens, and shows how to make one', async () => {
    const worker = start({ ...FREE_PORTS, HOST: '0.0.0.0' });
    expect(await worker.ended).toBe(1);
    expect(worker.stderr).toMatch(/^A setting is wrong:\n {2}- API_TOKENS is missing.*node -p "crypto/);
  });

  it('says in one block who can do what without a signing key, and how to close it', async () => {
    const worker = start({ ...FREE_PORTS, HOST: '0.0.0.0', API_TOKENS: TOKEN });
    const [, url = ''] = await worker.printed(/Worker +(http:\S+)\n/);
    const { port } = new URL(url);
    await worker.printed(
      new RegExp(
        `HOST=0.0.0.0 without a signing key: anyone who can reach port ${port} (.+\n)+[^]*To prevent this(.+\n)+.*firewall`,
      ),
    );
    worker.send('SIGTERM');
    expect(await worker.ended).toBe(0);
  });
});

describe('main in production', () => {
  const production = { ...FREE_PORTS, NODE_ENV: 'production', INNGEST_DEV: 'true' };

  it('logs an object a line, from the start to the stop', async () => {
    const worker = start(production);
    await worker.printed(/Worker: http:\S+[.] Inngest \(embedded\): http/);
    await worker.printed(/registered/i);
    worker.send('SIGTERM');
    expect(await worker.ended).toBe(0);
    const lines = worker.stdout.trimEnd().split('\n');
    for (const line of lines) expect(JSON.parse(line)).toHaveProperty('message');
    expect(lines.at(-1)).toContain('SIGTERM');
    expect(worker.stderr).toBe('');
  });

  it('says in the same way why it cannot start', async () => {
    const other = await listening();
    const { port } = other.address() as AddressInfo;
    const worker = start({ ...production, PORT: String(port) });
    expect(await worker.ended).toBe(1);
    const message = expect.stringMatching(`Port ${port} already in use`) as string;
    expect(JSON.parse(worker.stdout + worker.stderr)).toMatchObject({ level: 'fatal', message });
    other.close();
  });
});

describe('main, when it cannot do as it was told,', () => {
  it('names every wrong setting and exits 1, without a stack', async () => {
    const worker = start({ PORT: 'x', INNGEST_DEV: 'false', API_TOKENS: TOKEN });
    expect(await worker.ended).toBe(1);
    expect(worker.stderr).toMatch(
      /^3 settings are wrong:\n {2}- PORT is "x"[^]* {2}- INNGEST_EVENT_KEY is missing[^]* {2}- INNGEST_SIGNING_KEY is missing/,
    );
    expect(worker.stderr).not.toMatch(/^ +at /m);
    expect(worker.stdout).toBe('');
  });

  it.each([
    ['PORT', /^❌ Port \d+ already in use\n/],
    ['INNGEST_EMBEDDED_PORT', /^❌ Port \d+ already in use, which the embedded Inngest server needs\n/],
  ])('says what to do when %s is taken and exits 1, without a stack', async (name, message) => {
    const other = await listening();
    const { port } = other.address() as AddressInfo;
    const worker = start({ ...FREE_PORTS, [name]: String(port) });
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
    const worker = start({ PORT: '0', INNGEST_URL: inngest });
    await worker.printed(
      new RegExp(
        `❌ Inngest Dev Server not reachable at ${inngest} .*remove INNGEST_URL to use the embedded server`,
      ),
    );
    expect(worker.stdout + worker.stderr).not.toMatch(/^ +at /m);
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
