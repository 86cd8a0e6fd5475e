import { Injectable, type NestApplicationOptions } from '@nestjs/common';
import { eventType } from 'inngest';
import { VirtualClock, type Release, type AlarmKind } from '../../clock/index.js';
import {
  InngestFunction,
  InngestRegistration,
  OnInngestFailure,
  type InngestModuleOptions,
} from '../index.js';
import { FakeInngest } from '../testing/fake-inngest.js';
import { startApp, type MemoryLogger, type StartedApp } from '../testing/start-app.js';

const asked = eventType('test/asked');

@Injectable()
class Functions {
  @InngestFunction({ id: 'first', triggers: [asked] })
  first(): void {}

  @OnInngestFailure('first')
  firstFailed(): void {}

  @InngestFunction({ id: 'second', triggers: [asked] })
  second(): void {}
}

/** A clock that counts its pending alarms. */
class CountingClock extends VirtualClock {
  waiting = 0;

  override schedule(at: number, fn: () => void, kind?: AlarmKind): Release {
    let waits = true;
    const end = (): void => {
      if (waits) this.waiting--;
      waits = false;
    };
    this.waiting++;
    const cancel = super.schedule(
      at,
      () => {
        end();
        fn();
      },
      kind,
    );
    return () => {
      end();
      cancel();
    };
  }
}

const sync = (inngest: FakeInngest): unknown[] => inngest.requests('/fn/register');
const looks = (inngest: FakeInngest): unknown[] => inngest.requests('/health');
const refusal = (status: number, error: string): FakeInngest['registration'] => ({
  status,
  body: JSON.stringify({ status, error }),
});

describe('InngestRegistration', () => {
  let inngest: FakeInngest;
  let clock: CountingClock;
  let started: StartedApp;
  let registration: InngestRegistration;
  let logger: MemoryLogger;

  beforeEach(async () => {
    inngest = await FakeInngest.start();
    clock = new CountingClock();
  });
  afterEach(async () => {
    await started.app.close();
    await inngest.stop();
  });

  async function startWith(
    options: Partial<InngestModuleOptions> = {},
    nest: NestApplicationOptions = {},
  ): Promise<void> {
    started = await startApp({
      clock,
      nest,
      providers: [Functions],
      inngest: { baseUrl: inngest.url, ...options },
    });
    registration = started.app.get(InngestRegistration);
    logger = started.logger;
  }

  /** Starts the registration, and waits for the first attempt. */
  async function begin(options?: Partial<InngestModuleOptions>): Promise<void> {
    await startWith(options);
    registration.start(started.url);
    await clock.settled();
  }

  it('makes the functions known, by a sync request to the application itself', async () => {
    await begin();

    expect(registration.state).toBe('registered');
    expect(registration.functions).toEqual(['first', 'second']);
    expect(registration.lastError).toBeUndefined();
    expect(sync(inngest)).toMatchObject([
      {
        method: 'POST',
        headers: { 'x-inngest-sync-kind': 'out_of_band' },
        body: {
          url: `${started.url}/api/inngest`,
          appName: 'app',
          functions: [{ id: 'app-first' }, { id: 'app-first-failure' }, { id: 'app-second' }],
        },
      },
    ]);
    expect(logger.matching(/^log Registered with Inngest at .*: first, second$/)).toHaveLength(1);
  });

  it('tells Inngest the origin that it was given', async () => {
    await begin({ serveOrigin: 'http://host.docker.internal:3001' });

    expect(sync(inngest)).toMatchObject([{ body: { url: 'http://host.docker.internal:3001/api/inngest' } }]);
  });

  it('is pending until then, and tells of changes to those who listen', async () => {
    await startWith();
    const seen: string[] = [];
    const stop = registration.onChange((state) => seen.push(state));

    expect(registration.state).toBe('pending');
    registration.start(started.url);
    expect(registration.state).toBe('pending');
    await clock.settled();
    stop();
    inngest.gone = true;
    await clock.advance(5000);

    expect(registration.state).toBe('unreachable');
    expect(seen).toEqual(['registered']);
  });

  it('counts a sync that Inngest asked for', async () => {
    await startWith();

    const answer = await fetch(`${started.url}/api/inngest`, { method: 'PUT' });

    expect(await answer.json()).toEqual({ message: 'Successfully registered', modified: true });
    expect(registration.state).toBe('registered');
  });

  it('keeps trying after 1, 2, 4, 8 and then every 10 seconds while nobody answers, and says so once', async () => {
    inngest.gone = true;
    await begin({ unreachableHint: 'start it; the worker keeps trying' });

    const waits = [1000, 2000, 4000, 8000, 10_000, 10_000];
    for (const [index, wait] of waits.entries()) {
      expect(sync(inngest)).toHaveLength(index + 1);
      await clock.advance(wait - 1);
      expect(sync(inngest)).toHaveLength(index + 1);
      await clock.advance(1);
    }

    expect(sync(inngest)).toHaveLength(7);
    expect(registration.state).toBe('unreachable');
    expect(registration.lastError).toBe('other side closed');
    expect(logger.matching(/not reachable/)).toEqual([
      expect.stringContaining(
        `error ❌ Inngest Dev Server not reachable at ${inngest.url} (start it; the worker keeps trying; other side closed`,
      ),
    ]);

    inngest.gone = false;
    await clock.advance(10_000);

    expect(registration.state).toBe('registered');
    expect(logger.matching(/^log ✅ Inngest is back at .*; registered: first, second$/)).toHaveLength(1);
  });

  it('takes a gateway in place of Inngest for Inngest being away', async () => {
    inngest.registration = { status: 502, body: '<html>Bad Gateway</html>' };
    await begin();

    expect(registration.state).toBe('unreachable');
    expect(registration.lastError).toBe('<html>Bad Gateway</html> (HTTP 502)');
  });

  it.each([
    [
      'in its JSON',
      refusal(400, 'At least one function is invalid'),
      'At least one function is invalid (HTTP 400)',
    ],
    ['in plain text', { status: 401, body: 'Authentication failed\n' }, 'Authentication failed (HTTP 401)'],
    ['under a status of success', { status: 200, body: '<html>' }, '<html> (HTTP 200)'],
  ])('passes on a refusal %s, in full and once, and keeps trying', async (_, answer, text) => {
    inngest.registration = answer;
    await begin();
    await clock.advance(1000);
    await clock.advance(2000);

    expect(sync(inngest)).toHaveLength(3);
    expect(registration.state).toBe('refused');
    expect(registration.lastError).toBe(text);
    expect(logger.matching(/refused/)).toEqual([
      `error ❌ Inngest at ${inngest.url} refused the registration: ${text}`,
    ]);
  });

  it('logs another refusal, and registers once Inngest is content', async () => {
    inngest.registration = refusal(400, 'first reason');
    await begin();
    inngest.registration = refusal(400, 'second reason');
    await clock.advance(1000);
    inngest.registration = { status: 200, body: '{"ok":true}' };
    await clock.advance(2000);

    expect(logger.matching(/refused/)).toEqual([
      expect.stringContaining('first reason'),
      expect.stringContaining('second reason'),
    ]);
    expect(registration.state).toBe('registered');
    expect(registration.lastError).toBeUndefined();

    inngest.registration = refusal(400, 'first reason');
    await fetch(`${started.url}/api/inngest`, { method: 'PUT' });
    expect(logger.matching(/refused/)).toHaveLength(3);
  });

  it('takes the second try, with the fallback key, for the outcome', async () => {
    let answers = 0;
    const unauthorised = (): Response => new Response('Authentication failed', { status: 401 });
    await begin({
      isDev: false,
      signingKey: 'signkey-prod-00',
      signingKeyFallback: 'signkey-prod-11',
      fetch: (input, init) => (answers++ === 0 ? Promise.resolve(unauthorised()) : fetch(input, init)),
    });

    expect(registration.state).toBe('registered');
    expect(logger.matching(/refused/)).toEqual([]);
  });

  it('says once that Inngest was lost, and registers again when it is back', async () => {
    await begin();
    await clock.advance(5000);
    expect(looks(inngest)).toHaveLength(1);

    inngest.gone = true;
    await clock.advance(5000);
    expect(registration.state).toBe('unreachable');
    for (const wait of [1000, 1000, 2000, 4000]) await clock.advance(wait);
    expect(logger.matching(/not reachable/)).toHaveLength(1);

    inngest.gone = false;
    const before = sync(inngest).length;
    await clock.advance(8000);
    expect(registration.state).toBe('registered');
    expect(sync(inngest)).toHaveLength(before + 1);
    expect(logger.matching(/is back/)).toHaveLength(1);

    await clock.advance(5000);
    inngest.gone = true;
    await clock.advance(5000);
    expect(logger.matching(/not reachable/)).toHaveLength(2);
    const again = sync(inngest).length;
    for (const wait of [1000, 1000, 2000]) await clock.advance(wait);
    expect(sync(inngest)).toHaveLength(again + 3);
  });

  it('tells since when Inngest has known the functions without a break', async () => {
    await startWith();
    expect(registration.registeredSince).toBeUndefined();
    registration.start(started.url);
    await clock.settled();
    const first = clock.now();
    await clock.advance(60_000);
    expect(registration.registeredSince).toBe(first);

    inngest.gone = true;
    await clock.advance(5_000);
    expect(registration.registeredSince).toBeUndefined();
    inngest.gone = false;
    await clock.advance(10_000);
    expect(registration.registeredSince).toBeGreaterThan(first + 65_000);
  });

  it('rests once it is registered with Inngest Cloud', async () => {
    const cloud: string[] = [];
    await begin({
      isDev: false,
      signingKey: 'signkey-prod-00',
      baseUrl: undefined,
      fetch: (input) => {
        cloud.push(input instanceof Request ? input.url : input.toString());
        return Promise.resolve(Response.json({ ok: true }));
      },
    });
    await clock.advance(600_000);

    expect(registration.state).toBe('registered');
    expect(cloud).toEqual(['https://api.inngest.com/fn/register']);
  });

  it('says so when the application cannot be reached by itself', async () => {
    await startWith();
    registration.start('http://127.0.0.1:1');
    await clock.settled();
    await clock.advance(1000);

    expect(registration.state).toBe('unreachable');
    expect(logger.matching(/did not answer at http:\/\/127.0.0.1:1\/api\/inngest/)).toHaveLength(1);
    expect(sync(inngest)).toHaveLength(0);
  });

  it('never makes virtual time pass', async () => {
    await begin();
    const before = clock.now();

    await expect(clock.pass(() => false)).rejects.toThrow('Nothing is due any more');

    expect(clock.now()).toBe(before);
  });

  it('ends with the application', async () => {
    inngest.gone = true;
    await begin();
    expect(clock.waiting).toBe(1);
    await started.app.close();
    expect(clock.waiting).toBe(0);
    const before = inngest.seen.length;

    await clock.advance(60_000);

    expect(inngest.seen).toHaveLength(before);
  });

  it('lets the application close while Inngest does not answer', async () => {
    inngest.silent = true;
    await startWith({}, { forceCloseConnections: false });
    const asking = inngest.next('/fn/register');
    registration.start(started.url);
    await asking;

    await started.app.close();

    expect(registration.state).toBe('pending');
    expect(logger.matching(/^error ❌/)).toEqual([]);
  });
});
