import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { SystemClock } from '../src/clock/index.js';
import { Settings } from '../src/config/index.js';
import { EmbeddedInngest } from '../src/embedded/index.js';
import { Service } from '../src/service.js';
import { CompiledSources } from './support/main-process.js';

/** A failing task takes half a minute of retries, and a flood takes longer. In milliseconds. */
const LONG_MS = 240_000;

/** A worker and its Inngest server, as users have them running. */
interface Running {
  server: EmbeddedInngest;
  worker: Service;
}

let sources: CompiledSources;
const running: Running[] = [];

beforeAll(async () => {
  sources = await CompiledSources.create();
  const { directory } = sources;
  // The compiled sources replace a build. The scripts do not build when there are no sources beside them.
  mkdirSync(join(directory, 'project'));
  cpSync('scripts', join(directory, 'project/scripts'), { recursive: true });
  symlinkSync(resolve(directory, 'src'), join(directory, 'project/dist'));
});

afterAll(async () => {
  for (const { server, worker } of running) {
    await worker.stop();
    await server.close();
  }
  await sources.remove();
});

async function start(): Promise<Running> {
  const server = await EmbeddedInngest.start({ port: 0, logger: false });
  const settings = Settings.from({ PORT: '0', INNGEST_URL: server.url });
  const worker = await Service.start(settings, { clock: new SystemClock(), logger: false });
  running.push({ server, worker });
  const { registration } = worker;
  await new Promise<void>((done) => {
    if (registration.state === 'registered') done();
    registration.onChange((state) => state === 'registered' && done());
  });
  return { server, worker };
}

async function script(
  command: string,
  worker: string,
  inngest: string,
): Promise<{ code: number | null; output: string }> {
  const [name = '', ...args] = command.split(' ');
  const child = spawn('sh', [join(sources.directory, 'project/scripts', name), ...args], {
    env: { PATH: process.env['PATH'], WORKER_URL: worker, INNGEST_URL: inngest },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  const code = await new Promise<number | null>((done) => child.once('close', done));
  return { code, output };
}

/** An address at which nothing listens. */
async function nobody(): Promise<string> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return `http://localhost:${port}`;
}

describe('The scripts, with a worker and an Inngest that run', () => {
  it(
    'find everything as it was promised',
    async () => {
      const [one, other] = [await start(), await start()];
      const [observability, limits] = await Promise.all([
        script('test-observability.sh', one.worker.url, one.server.url),
        script('test-rate-limits.sh 23', other.worker.url, other.server.url),
      ]);
      expect(observability.output).toMatch(/7 held, 0 broken, 0 not tested[^]*In the dashboard/);
      expect(observability.code).toBe(0);
      expect(limits.output).toMatch(/about \d+ s left in all/);
      expect(limits.output).toMatch(/can see up to 39 starts, not 20[^]*3 held, 0 broken, 0 not tested/);
      expect(limits.code).toBe(0);
    },
    LONG_MS,
  );

  it('say which of the two is not reachable', async () => {
    const { server, worker } = running[0] ?? (await start());
    for (const name of ['test-observability.sh', 'test-rate-limits.sh']) {
      const away = await nobody();
      const noInngest = await script(name, worker.url, away);
      expect(noInngest).toMatchObject({
        code: 2,
        output: expect.stringContaining(`Inngest not reachable at ${away}`),
      });
      const noWorker = await script(name, away, server.url);
      expect(noWorker).toMatchObject({
        code: 2,
        output: expect.stringContaining(`Worker not reachable at ${away}. Start it: npm start`),
      });
    }
  });
});
