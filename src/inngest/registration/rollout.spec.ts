import { Injectable } from '@nestjs/common';
import { eventType } from 'inngest';
import { VirtualClock } from '../../clock/index.js';
import { InngestFunction, InngestRegistration, type InngestModuleOptions } from '../index.js';
import { FakeInngest } from '../testing/fake-inngest.js';
import { KEEP_QUIET, known, type Reply } from '../testing/app-replies.js';
import { startApp, type MemoryLogger, type StartedApp } from '../testing/start-app.js';

@Injectable()
class Functions {
  @InngestFunction({ id: 'first', triggers: [eventType('test/asked')] })
  first(): void {}
}

const MINUTE = 60_000;
const LOOK = 5_000;

const unknown: Reply = {
  status: 404,
  body: JSON.stringify({ errors: [{ code: 'not_found', message: 'App not found' }] }),
};

describe('In a rollout, the registration', () => {
  let inngest: FakeInngest;
  let clock: VirtualClock;
  let started: StartedApp;
  let registration: InngestRegistration;
  let logger: MemoryLogger;

  beforeEach(async () => {
    inngest = await FakeInngest.start();
    clock = new VirtualClock();
  });
  afterEach(async () => {
    await started.app.close();
    await inngest.stop();
  });

  const registrations = (): number => inngest.requests('/fn/register').length;
  const asked = (path: string): number => inngest.requests(path).length;

  async function begin(options: Partial<InngestModuleOptions> = {}): Promise<void> {
    started = await startApp({
      clock,
      providers: [Functions],
      inngest: { baseUrl: inngest.url, ...options },
    });
    registration = started.app.get(InngestRegistration);
    logger = started.logger;
    registration.start(started.url);
    await clock.settled();
  }

  // The long tests do the same for ten minutes.
  it.each(KEEP_QUIET)('happens once, and not again, while Inngest %s', async (_, app) => {
    inngest.app = app;
    await begin({ deployment: 5 });
    const since = registration.registeredSince;
    for (let look = 0; look < MINUTE / LOOK; look++) await clock.advance(LOOK);

    expect(registrations()).toBe(1);
    expect(registration.registeredSince).toBe(since);
    expect(asked('/health')).toBe(12);
  });

  it.each([
    ['does not know the app', (fake: FakeInngest) => (fake.app = unknown)],
    ['has none of its functions', (fake: FakeInngest) => (fake.app = known('deployment.5'))],
    [
      'has none, which only version 1 tells',
      (fake: FakeInngest) => {
        fake.app = undefined;
        fake.functionsV1 = { status: 200, body: 'null\n' };
      },
    ],
  ])('happens again, at the next look, when Inngest %s', async (_, lose) => {
    inngest.app = known('deployment.5', 1);
    inngest.functionsV1 = { status: 200, body: JSON.stringify([{ id: 'app-first' }]) };
    await begin({ deployment: 5 });
    await clock.advance(LOOK);
    const since = registration.registeredSince!;
    expect(registrations()).toBe(1);

    lose(inngest);
    await clock.advance(LOOK);

    expect(registrations()).toBe(2);
    expect(registration.state).toBe('registered');
    expect(registration.registeredSince).toBe(since + 2 * LOOK);
    expect(logger.matching(/^warn The functions are registered again/)).toHaveLength(1);
  });

  it('is not needed after an outage in which Inngest kept the app', async () => {
    inngest.app = known(undefined, 1);
    await begin();
    inngest.gone = true;
    await clock.advance(LOOK);
    expect(registration.state).toBe('unreachable');
    inngest.gone = false;
    await clock.advance(1_000);

    expect(registration.state).toBe('registered');
    expect(registrations()).toBe(1);
    expect(logger.matching(/is back/)).toHaveLength(1);
  });

  it('carries the deployment in the app version', async () => {
    await begin({ deployment: 5, appVersion: '1.4.0' });
    expect(inngest.requests('/fn/register')).toMatchObject([{ body: { appVersion: '1.4.0+deployment.5' } }]);
  });

  it('is left out while a newer deployment is registered, whoever asks for it', async () => {
    inngest.app = known('2.0.0+deployment.6', 2);
    await begin({ deployment: 5 });
    const answer = await fetch(`${started.url}/api/inngest`, { method: 'PUT' });

    expect(await answer.json()).toMatchObject({ modified: false });
    expect(registrations()).toBe(0);
    expect(registration.state).toBe('registered');
    expect(logger.matching(/^warn Deployment 5 leaves .* as deployment 6 registered them/)).toHaveLength(1);
  });

  it('asks with the key that the registration shows', async () => {
    inngest.app = known('deployment.6', 1);
    await begin({ deployment: 5, isDev: false, signingKey: 'signkey-prod-12ab' });
    expect(inngest.requests('/api/v2/apps/app')[0]?.headers.authorization).toMatch(
      /^Bearer signkey-prod-[0-9a-f]{64}$/,
    );
    expect(registrations()).toBe(0);
  });

  it('is sent in any case to a server that keeps the newer deployment itself', async () => {
    inngest.app = known('deployment.6', 1, { deployment: 6 });
    inngest.registration = {
      status: 200,
      body: JSON.stringify({ ok: true, modified: false, newerDeployment: 6 }),
    };
    await begin({ deployment: 5 });

    expect(registrations()).toBe(1);
    expect(registration.state).toBe('registered');
    expect(logger.matching(/^warn Deployment 5 leaves/)).toHaveLength(1);
  });

  it('happens again when an older deployment has overwritten it', async () => {
    inngest.app = known('deployment.5', 1);
    await begin({ deployment: 5 });
    inngest.app = known('deployment.4', 1);
    await clock.advance(LOOK);
    expect(registrations()).toBe(2);
  });

  it('does not happen again when a newer deployment has overwritten it', async () => {
    inngest.app = known('deployment.5', 1);
    await begin({ deployment: 5 });
    inngest.app = known('deployment.6', 1);
    await clock.advance(LOOK);
    await clock.advance(LOOK);
    expect(registrations()).toBe(1);
    expect(logger.matching(/^warn Deployment 5 leaves/)).toHaveLength(1);
  });

  it.each([
    ['a build without a deployment has overwritten it', known(undefined, 1)],
    ['Inngest has lost some of the functions', known('deployment.5', 1)],
  ])('happens again when %s, once Inngest has shown the deployment', async (_, after) => {
    inngest.app = known('deployment.5', 2);
    await begin({ deployment: 5 });
    await clock.advance(LOOK);
    inngest.app = after;
    await clock.advance(LOOK);
    expect(registrations()).toBe(2);
  });

  it('leaves Inngest Cloud to a newer deployment, too', async () => {
    const cloud: string[] = [];
    await begin({
      isDev: false,
      signingKey: 'signkey-prod-00',
      baseUrl: undefined,
      deployment: 5,
      fetch: (input) => {
        cloud.push(input instanceof Request ? input.url : input.toString());
        return Promise.resolve(new Response(known('deployment.6', 1)!.body));
      },
    });
    await clock.advance(10 * MINUTE);

    expect(registration.state).toBe('registered');
    expect(cloud).toEqual(['https://api.inngest.com/v2/apps/app']);
  });
});

describe('A deployment', () => {
  it.each([-1, 1.5, Number.NaN, '7'])('that is %p is refused at the start', async (deployment) => {
    const start = startApp({ inngest: { deployment: deployment as number } });
    await expect(start).rejects.toThrow(/The option "deployment" of InngestModule is .* whole number/);
  });
});
