import { startWorker } from '../test/support/start-worker.js';
import { ask } from '../test/support/bad-input/send-request.js';
import { VirtualClock } from './clock/index.js';

const TOKEN = 'token-0123456789';
const KEYS = { INNGEST_DEV: 'false', INNGEST_SIGNING_KEY: '12ab', INNGEST_EVENT_KEY: 'key' };
const SERVE_ORIGIN = { INNGEST_SERVE_ORIGIN: 'http://worker:3001' };

/** The hosts for which a worker with these settings answers requests, in the given order. */
async function answered(variables: Record<string, string>, hosts: readonly string[]): Promise<string[]> {
  const worker = await startWorker(
    { INNGEST_URL: 'http://127.0.0.1:9', API_TOKENS: TOKEN, ...variables },
    { clock: new VirtualClock() },
  );
  const url = `http://127.0.0.1:${new URL(worker.url).port}`;
  const authorization = `Bearer ${TOKEN}`;
  const statuses = await Promise.all(
    hosts.map(
      async (host) =>
        (await ask(url, { method: 'GET', path: '/docs', headers: { host, authorization } })).status,
    ),
  );
  await worker.close();
  return hosts.filter((_, index) => statuses[index] === 200);
}

const HOSTS = ['localhost', '192.168.1.5', 'worker:3001', 'tasks.example.com', 'evil.example'];

describe('The Hosts that the worker answers', () => {
  it.each<[string, Record<string, string>, readonly string[]]>([
    ['are this machine', {}, ['localhost']],
    ['and addresses, on every network', { HOST: '0.0.0.0' }, ['localhost', '192.168.1.5']],
    ['and where Inngest calls it', SERVE_ORIGIN, ['localhost', 'worker:3001']],
    [
      'and named ones',
      { ALLOWED_HOSTS: 'tasks.example.com, 192.168.1.5' },
      ['localhost', '192.168.1.5', 'tasks.example.com'],
    ],
    ['or all', { ALLOWED_HOSTS: '*' }, HOSTS],
    ['and all outside of development', { ...KEYS, ...SERVE_ORIGIN }, HOSTS],
    [
      'unless some are named there',
      { ...KEYS, ...SERVE_ORIGIN, ALLOWED_HOSTS: 'tasks.example.com' },
      ['localhost', 'worker:3001', 'tasks.example.com'],
    ],
  ])('%s', async (_, variables, expected) => {
    expect(await answered(variables, HOSTS)).toEqual(expected);
  });
});
