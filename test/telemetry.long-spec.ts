import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';
import { CompiledSources, MainProcess } from './support/main-process.js';

const FREE_PORTS = { PORT: '0', INNGEST_EMBEDDED_PORT: '0', INNGEST_EMBEDDED_DATA: ':memory:' };

interface Received {
  path: string;
  body: string;
}

describe('main with OpenTelemetry', () => {
  let sources: CompiledSources;
  let collector: Server;
  let worker: MainProcess;
  const received: Received[] = [];

  beforeAll(async () => {
    sources = await CompiledSources.create();
    collector = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        received.push({ path: request.url ?? '', body });
        response.end('{}');
      });
    });
    collector.listen(0, '127.0.0.1');
    await once(collector, 'listening');
  });

  afterAll(async () => {
    worker.send('SIGKILL');
    await worker.ended;
    collector.closeAllConnections();
    collector.close();
    await sources.remove();
  });

  it('sends its spans to the collector that the standard variables name, the last ones at the stop', async () => {
    const { port } = collector.address() as AddressInfo;
    worker = MainProcess.start(sources, {
      ...FREE_PORTS,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=orders,deployment.environment.name=test',
    });
    const [, url = ''] = await worker.printed(/Worker +(http:\S+)\n/);
    await worker.printed(/Registered functions/);
    await fetch(`${url}/demo-tasks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ taskId: 'first', delayMs: 0 }),
    });
    await worker.printed(/Task "first" is done/);
    worker.send('SIGTERM');
    expect(await worker.ended).toBe(0);

    const text = received.map(({ body }) => body).join('');
    expect(new Set(received.map(({ path }) => path))).toEqual(new Set(['/v1/traces']));
    for (const name of ['POST /demo-tasks', 'run demo-task', 'step step-5-finalize']) {
      expect(text).toContain(`"name":"${name}"`);
    }
    expect(text).toContain('{"key":"service.name","value":{"stringValue":"orders"}}');
    expect(worker.stderr).toBe('');
  });

  it('does not load its packages while no variable asks for traces', async () => {
    const NODE_OPTIONS = `--import=${pathToFileURL('test/support/print-loaded.mjs').href}`;
    worker = MainProcess.start(sources, { ...FREE_PORTS, NODE_OPTIONS });
    await worker.printed(/Registered functions/);
    worker.send('SIGTERM');
    await worker.ended;
    expect(worker.stdout).toMatch(/loaded: .*node_modules[/\\]prom-client/);
    expect(worker.stdout).not.toMatch(/loaded: .*@opentelemetry[/\\]sdk-node/);
  });
});
