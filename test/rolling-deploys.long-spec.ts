import { Injectable } from '@nestjs/common';
import { eventType } from 'inngest';
import type { VirtualClock } from '../src/clock/index.js';
import { InngestFunction, InngestRegistration, type InngestModuleOptions } from '../src/inngest/index.js';
import { startApp, type StartedApp } from '../src/inngest/testing/start-app.js';
import { createTestServer, type TestServer } from '../src/testing/index.js';
import { Balancer } from './support/balancer.js';
import { closeAfterEach } from './support/close-after-each.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

@Injectable()
class Old {
  @InngestFunction({ id: 'kept', triggers: [eventType('kept')] })
  kept(): string {
    return 'kept';
  }
}

@Injectable()
class New extends Old {
  // Without a retry: a call that the old replica gets must cost no attempt.
  @InngestFunction({ id: 'added', triggers: [eventType('added')], retries: 0 })
  added(): string {
    return 'added';
  }
}

const ROLES = { old: { providers: [Old], deployment: 41 }, new: { providers: [New], deployment: 42 } };

describe('A rollout behind one address', () => {
  const closing = closeAfterEach();
  let clock: VirtualClock;
  let inngest: TestServer;
  let balancer: Balancer;

  beforeEach(async () => {
    inngest = closing(await createTestServer());
    clock = inngest.clock;
    balancer = closing(await Balancer.start());
  });

  async function start(
    role: keyof typeof ROLES,
    options: Partial<InngestModuleOptions> = {},
  ): Promise<StartedApp> {
    const { providers, deployment } = ROLES[role];
    const { url: baseUrl } = inngest;
    const started = await startApp({
      clock,
      providers,
      inngest: { baseUrl, eventKey: 'test', serveOrigin: balancer.url, deployment, ...options },
    });
    closing(started.app);
    balancer.add(started.url);
    started.app.get(InngestRegistration).start(started.url);
    await clock.settled();
    return started;
  }

  /** Sends an event for the new function every 10 s for this long, at no round time of the registrations. */
  async function sendFor(ms: number): Promise<string[]> {
    const ids: string[] = [];
    await clock.advance(3 * SECOND);
    for (let passed = 0; passed < ms; passed += 10 * SECOND) {
      ids.push(...(await inngest.send({ name: 'added' })));
      await clock.advance(10 * SECOND);
    }
    return ids;
  }

  /** Expects each event to have started the new function once, which has ended well at its first attempt. */
  async function expectNoneLost(ids: readonly string[]): Promise<void> {
    await inngest.allEnded();
    const runs = await inngest.allRuns();
    expect(runs).toHaveLength(ids.length);
    expect(new Set(runs.map(({ status }) => status))).toEqual(new Set(['COMPLETED']));
  }

  it.each([
    ['old', 'new'],
    ['new', 'old'],
  ] as const)(
    'loses no event of the new function in ten minutes, when the %s replica starts before the %s one',
    async (first, second) => {
      await start(first);
      await clock.advance(15 * SECOND);
      await start(second);
      const ids = await sendFor(10 * MINUTE);

      await expectNoneLost(ids);
      // Both were called.
      expect([...balancer.counts.values()].every((count) => count > 10)).toBe(true);
    },
  );

  it('loses none when the old replica restarts, is asked to register, and Inngest asks the address', async () => {
    await start('new');
    const old = await start('old');
    const ids = await sendFor(MINUTE);
    await fetch(`${old.url}/api/inngest`, { method: 'PUT' });
    await inngest.register(`${balancer.url}/api/inngest`);
    await inngest.register(`${balancer.url}/api/inngest`);
    balancer.remove(old.url);
    await old.app.close();
    await start('old');
    ids.push(...(await sendFor(MINUTE)));

    await expectNoneLost(ids);
  });

  it('is rolled back by the old build under a new number', async () => {
    await start('new');
    await start('old', { deployment: 43 });
    const [id] = await inngest.send({ name: 'added' });
    await clock.advance(MINUTE);
    expect(await inngest.runs(id)).toEqual([]);
  });
});
