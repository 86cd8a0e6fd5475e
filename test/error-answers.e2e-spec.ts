import { VirtualClock } from '../src/clock/index.js';
import { DemoTasksService } from '../src/demo-task/demo-tasks.service.js';
import { EmbeddedInngest } from '../src/embedded/index.js';
import { RunStore } from '../src/embedded/store/run.store.js';
import { ask, type Answer, type Sent } from './support/bad-input/send-request.js';
import { closeAfterEach } from './support/close-after-each.js';
import { startWorker } from './support/start-worker.js';

const TOKEN = 'token-0123456789';
const SIGNING_KEY = 'a1'.repeat(32);
const closing = closeAfterEach();

const fail = (): never => {
  throw new Error(`refused with ${SIGNING_KEY} and ${TOKEN}`);
};

function showsNothing({ text }: Answer): void {
  for (const shown of [SIGNING_KEY, TOKEN, 'refused with', '    at ', '.ts', 'node_modules'])
    expect(text).not.toContain(shown);
}

describe('An unexpected error', () => {
  it('is answered by the worker with 500 and without its message', async () => {
    const worker = closing(
      await startWorker(
        { INNGEST_URL: 'http://127.0.0.1:9', API_TOKENS: TOKEN },
        { clock: new VirtualClock() },
        (testing) => testing.overrideProvider(DemoTasksService).useValue({ status: fail }),
      ),
    );
    const headers = { authorization: `Bearer ${TOKEN}` };
    const answer = await ask(worker.url, { method: 'GET', path: '/demo-tasks/x', headers });

    expect(answer.status).toBe(500);
    showsNothing(answer);
  });

  it('is answered by the embedded server with 500 and without its message', async () => {
    const keys = { signingKey: SIGNING_KEY };
    const server = closing(await EmbeddedInngest.start({ port: 0, logger: false, ...keys }));
    jest.spyOn(server.app.get(RunStore), 'get').mockImplementation(fail);
    const headers = { authorization: `Bearer ${SIGNING_KEY}` };
    const answer = await ask(server.url, {
      method: 'GET',
      path: '/v1/runs/01AN4Z07BY79KA1307SR9X4MV3',
      headers,
    });

    expect(answer.status).toBe(500);
    showsNothing(answer);
  });
});

describe('A request that cannot be read', () => {
  const odd: Sent[] = [
    { method: 'GET', path: '/%ff' },
    { method: 'GET', path: '/demo-tasks/%' },
    { method: 'POST', path: '/api/inngest', body: Buffer.from('{') },
    { method: 'POST', path: '/demo-tasks', body: Buffer.from('{') },
  ];

  it.each(odd)('is answered without a stack: $method $path', async (sent) => {
    const worker = closing(
      await startWorker({ INNGEST_URL: 'http://127.0.0.1:9' }, { clock: new VirtualClock() }),
    );
    const headers = { 'content-type': 'application/json' };
    const answer = await ask(worker.url, { ...sent, ...(sent.body && { headers }) });

    expect(answer.status).toBeGreaterThanOrEqual(400);
    showsNothing(answer);
  });
});
