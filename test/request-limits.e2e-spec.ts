import { VirtualClock } from '../src/clock/index.js';
import { ask, type Answer } from './support/bad-input/send-request.js';
import { closeAfterEach } from './support/close-after-each.js';
import { startWorker, type TestWorker } from './support/start-worker.js';

const TOKENS = ['first-token-0123456789', 'second-token-0123456789'] as const;
const closing = closeAfterEach();

async function start(
  variables: Record<string, string>,
): Promise<{ clock: VirtualClock; worker: TestWorker }> {
  const clock = new VirtualClock();
  const worker = await startWorker({ INNGEST_URL: 'http://127.0.0.1:9', ...variables }, { clock });
  return { clock, worker: closing(worker) };
}

/** Sends a request that is refused as invalid, or because there are too many. */
function post({ url }: TestWorker, headers: Record<string, string> = {}): Promise<Answer> {
  return ask(url, {
    method: 'POST',
    path: '/demo-tasks',
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from('{}'),
  });
}

describe('REQUEST_LIMIT', () => {
  it('answers 429 with Retry-After above the limit, and accepts requests again after that time', async () => {
    const { clock, worker } = await start({ REQUEST_LIMIT: '3', REQUEST_LIMIT_WINDOW: '10s' });
    for (const left of ['2', '1', '0']) {
      const { status, headers } = await post(worker);
      expect([status, headers['x-ratelimit-remaining']]).toEqual([400, left]);
    }
    await clock.advance(4_000);

    const { status, headers, text } = await post(worker);

    expect([status, headers['retry-after']]).toEqual([429, '6']);
    expect(JSON.parse(text)).toEqual({
      statusCode: 429,
      error: 'Too Many Requests',
      message: 'More than 3 requests within 10 s. Try again in 6 s, or raise REQUEST_LIMIT.',
    });
    await clock.advance(6_000);
    expect((await post(worker)).status).toBe(400);
  });

  it('counts all routes together, streams too, but no probes and no calls of Inngest', async () => {
    const { worker } = await start({ REQUEST_LIMIT: '1' });
    const get = async (path: string) => (await ask(worker.url, { method: 'GET', path })).status;

    await get('/demo-tasks/none');

    expect(await get('/demo-tasks/none/progress')).toBe(429);
    for (let request = 0; request < 5; request++) {
      expect([await get('/health/live'), await get('/api/inngest')]).toEqual([200, 200]);
    }
  });

  it('is separate for each token, in any spelling of the scheme', async () => {
    const { worker } = await start({ REQUEST_LIMIT: '1', API_TOKENS: TOKENS.join(',') });

    expect((await post(worker, { authorization: `Bearer ${TOKENS[0]}` })).status).toBe(400);
    expect((await post(worker, { authorization: `bearer  ${TOKENS[0]}` })).status).toBe(429);
    expect((await post(worker, { authorization: `Bearer ${TOKENS[1]}` })).status).toBe(400);
    // Requests without a token do not count towards any limit.
    expect((await post(worker)).status).toBe(401);
  });

  it('is one for each address without tokens, whatever headers the client sends', async () => {
    const { worker } = await start({ REQUEST_LIMIT: '1' });

    await post(worker, { authorization: 'Bearer one', 'x-forwarded-for': '10.0.0.1' });

    const more = { authorization: 'Bearer two', 'x-forwarded-for': '10.0.0.2' };
    expect((await post(worker, more)).status).toBe(429);
  });

  it('does not limit if it is 0', async () => {
    const { worker } = await start({ REQUEST_LIMIT: '0' });
    for (let request = 0; request < 5; request++) expect((await post(worker)).status).toBe(400);
  });
});
