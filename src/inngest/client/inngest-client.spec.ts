import { Injectable, Logger } from '@nestjs/common';
import { eventType, type Inngest } from 'inngest';
import { getInngestToken, InngestFunction, InngestRegistration } from '../index.js';
import { call } from '../testing/call.js';
import { FakeInngest } from '../testing/fake-inngest.js';
import { startApp } from '../testing/start-app.js';
import { sdkLogger } from './sdk-logger.js';

const asked = eventType('test/asked');

@Injectable()
class Functions {
  @InngestFunction({ id: 'echo', triggers: [asked] })
  echo(): string {
    return 'echo';
  }
}

/** Variables that a machine may have. Each contradicts the options below. */
const STRAY = {
  INNGEST_DEV: 'http://127.0.0.1:2',
  INNGEST_BASE_URL: 'http://127.0.0.1:3',
  INNGEST_API_BASE_URL: 'http://127.0.0.1:4',
  INNGEST_EVENT_API_BASE_URL: 'http://127.0.0.1:5',
  INNGEST_EVENT_KEY: 'stray-event-key',
  INNGEST_SIGNING_KEY: 'signkey-prod-57a1',
  INNGEST_SERVE_ORIGIN: 'http://stray.example',
  INNGEST_SERVE_HOST: 'http://stray.example',
  INNGEST_SERVE_PATH: '/stray',
  INNGEST_STREAMING: 'true',
  INNGEST_ENV: 'stray-branch',
  INNGEST_ENABLE_UNAUTHED_SYNC: 'false',
};

describe('The client', () => {
  let inngest: FakeInngest;

  beforeEach(async () => {
    inngest = await FakeInngest.start();
  });
  afterEach(async () => {
    for (const name of Object.keys(STRAY)) Reflect.deleteProperty(process.env, name);
    await inngest.stop();
  });

  it('goes by its options alone, whatever INNGEST_* variables lie about', async () => {
    Object.assign(process.env, STRAY);
    const { app, url } = await startApp({ providers: [Functions], inngest: { baseUrl: inngest.url } });
    const client = app.get<Inngest>(getInngestToken());

    const answer = await call(url, { fnId: 'app-echo' });
    await fetch(`${url}/api/inngest`, { method: 'PUT' });
    await client.send({ name: 'test/asked', data: {} });
    const state = app.get(InngestRegistration).state;
    await app.close();

    expect(answer).toMatchObject({ status: 200, body: 'echo' });
    expect(state).toBe('registered');
    expect(inngest.requests('/fn/register')).toMatchObject([
      { headers: { authorization: 'Bearer undefined' }, body: { url: `${url}/api/inngest` } },
    ]);
    expect(inngest.requests('/e/')).toMatchObject([{ path: '/e/NO_EVENT_KEY_SET' }]);
    for (const { headers } of inngest.seen) expect(headers).not.toHaveProperty('x-inngest-env');
  });

  it('falls back on the addresses of the Dev Server and of Inngest Cloud, not on variables', async () => {
    Object.assign(process.env, STRAY);
    const addresses = async (options: object): Promise<string[]> => {
      const { app } = await startApp({ providers: [Functions], inngest: options });
      const client = app.get<Inngest>(getInngestToken());
      await app.close();
      return [client.apiBaseUrl, client.eventBaseUrl].map((address) => new URL(address).href);
    };

    expect(await addresses({})).toEqual(['http://localhost:8288/', 'http://localhost:8288/']);
    expect(await addresses({ isDev: false, signingKey: 'signkey-prod-00' })).toEqual([
      'https://api.inngest.com/',
      'https://inn.gs/',
    ]);
  });

  it('checks signatures whenever it has a signing key, also in dev mode', async () => {
    const keys = { isDev: true, signingKey: 'signkey-test-00' };
    const { app, url } = await startApp({ providers: [Functions], inngest: keys });
    const client = app.get<Inngest>(getInngestToken());

    const inspection = await fetch(`${url}/api/inngest`);
    const answers = [
      await call(url, { fnId: 'app-echo' }),
      await call(url, { fnId: 'app-echo', headers: { 'x-inngest-signature': 't=1&s=00' } }),
    ];
    await app.close();

    expect([inspection.status, ...answers.map(({ status }) => status)]).toEqual([401, 401, 401]);
    // In all other respects it is a client in dev mode.
    expect(client.apiBaseUrl).toBe('http://localhost:8288');
  });

  it('logs through Nest', async () => {
    @Injectable()
    class Failing {
      @InngestFunction({ id: 'failing', triggers: [asked] })
      run(): void {
        throw new Error('boom');
      }
    }
    const { app, url, logger } = await startApp({ providers: [Failing] });

    await call(url, { fnId: 'app-failing' });
    await app.close();

    expect(logger.matching(/^error/)).toEqual(['error Inngest function error: boom']);
  });
});

describe('sdkLogger', () => {
  it('puts the message first, then its fields, and the stack of an error behind', () => {
    const seen: unknown[][] = [];
    const nest = new Logger('Inngest');
    nest.log = (...args: unknown[]) => void seen.push(['log', ...args]);
    nest.warn = (...args: unknown[]) => void seen.push(['warn', ...args]);
    nest.error = (...args: unknown[]) => void seen.push(['error', ...args]);
    const logger = sdkLogger(nest);
    const error = new Error('boom');

    logger.info('plain');
    logger.warn({ runId: '01' }, 'careful');
    logger.error({ err: error, runId: '01' }, 'failed');
    logger.error('only text');

    expect(seen).toEqual([
      ['log', 'plain'],
      ['warn', 'careful', { runId: '01' }],
      ['error', 'failed: boom', { runId: '01' }, error.stack],
      ['error', 'only text'],
    ]);
  });
});
