import type { Inngest } from 'inngest';
import { InngestRegistration, getInngestToken } from '../index.js';
import { FakeInngest } from '../testing/fake-inngest.js';
import { startApp } from '../testing/start-app.js';

describe('The options of the module', () => {
  it.each([
    'https://worker.example.com/base',
    'https://worker.example.com/api/inngest',
    'https://worker.example.com?x=1',
    'https://worker.example.com/#x',
    'https://user@worker.example.com',
    'worker.example.com',
    'ftp://worker.example.com',
    '',
  ])('refuse the serveOrigin "%s", of which the SDK would drop a part', async (serveOrigin) => {
    await expect(startApp({ providers: [], inngest: { serveOrigin } })).rejects.toThrow(
      `The option "serveOrigin" of InngestModule is "${serveOrigin}". It must be an http(s) address without a path`,
    );
  });

  it('take a serveOrigin with a slash at its end', async () => {
    const inngest = await FakeInngest.start();
    const { app, url } = await startApp({
      providers: [],
      inngest: { baseUrl: inngest.url, serveOrigin: 'https://worker.example.com/' },
    });
    await fetch(`${url}/api/inngest`, { method: 'PUT' });
    const { state } = app.get(InngestRegistration);
    await app.close();
    await inngest.stop();

    expect(state).toBe('registered');
    expect(inngest.requests('/fn/register')).toMatchObject([
      { body: { url: 'https://worker.example.com/api/inngest' } },
    ]);
  });

  it.each(['a%b', 'a%41', 'a/b', 'a b', '..'])(
    'refuse the event key "%s", without showing it',
    async (eventKey) => {
      const starting = startApp({ providers: [], inngest: { eventKey } });

      await expect(starting).rejects.toThrow('The option "eventKey" of InngestModule cannot be sent');
      await expect(starting).rejects.not.toThrow(eventKey === '..' ? 'e/..' : eventKey);
    },
  );

  it.each(["a!$&'()*+,;=:@b", 'ключ', 'a|b"<>^`{}'])(
    'take the event key %s, which arrives',
    async (eventKey) => {
      const inngest = await FakeInngest.start();
      const { app } = await startApp({ providers: [], inngest: { baseUrl: inngest.url, eventKey } });
      await app.get<Inngest>(getInngestToken()).send({ name: 'test/asked', data: {} });
      await app.close();
      await inngest.stop();

      expect(inngest.requests('/e/').map(({ path }) => decodeURIComponent(path))).toEqual([`/e/${eventKey}`]);
    },
  );
});

describe('client.send with Inngest away', () => {
  const send = async (
    inngest: { unreachableHint?: string; isDev?: boolean; signingKey?: string } = {},
  ): Promise<Error> => {
    const fake = await FakeInngest.start();
    const { url: baseUrl } = fake;
    fake.gone = true;
    const { app } = await startApp({ providers: [], inngest: { baseUrl, eventKey: 'key', ...inngest } });
    const error = await app
      .get<Inngest>(getInngestToken())
      .send({ name: 'test/asked', data: {} })
      .catch((caught: unknown) => caught);
    await app.close();
    await fake.stop();
    return error as Error;
  };

  // Each send takes two seconds of retries by the SDK, so all run at the same time.
  let errors: Error[];
  beforeAll(async () => {
    errors = await Promise.all([
      send(),
      send({ unreachableHint: 'remove INNGEST_URL to use the embedded server' }),
      send({ isDev: false, signingKey: 'signkey-prod-12ab' }),
    ]);
  });

  it('says where it looked, why it failed and what to do', () => {
    const [error] = errors;

    expect(error?.name).toBe('InngestAwayError');
    expect(error?.message).toMatch(
      /^fetch failed: Inngest is not reachable at http:\/\/127[.]0[.]0[.]1:\d+ [(].+[)][.] Start the Dev Server there, or set the client's "baseUrl" to where it runs[.]$/,
    );
    expect(error?.cause).toMatchObject({ message: 'fetch failed' });
  });

  it('adds the hint of the application', () => {
    expect(errors[1]?.message).toMatch(/where it runs; or remove INNGEST_URL to use the embedded server[.]$/);
  });

  it('speaks of no Dev Server outside of dev mode', () => {
    expect(errors[2]?.message).toContain('Start it there');
  });
});
