import { Injectable } from '@nestjs/common';
import { eventType } from 'inngest';
import { VirtualClock } from '../../clock/index.js';
import { InngestFunction, InngestRegistration } from '../index.js';
import { KEEP_QUIET } from '../testing/app-replies.js';
import { FakeInngest } from '../testing/fake-inngest.js';
import { startApp } from '../testing/start-app.js';

@Injectable()
class Functions {
  @InngestFunction({ id: 'first', triggers: [eventType('test/asked')] })
  first(): void {}
}

const LOOK = 5_000;
const LOOKS_IN_TEN_MINUTES = 120;

it.each(KEEP_QUIET)('A registration happens once in ten minutes while Inngest %s', async (_, reply) => {
  const inngest = await FakeInngest.start();
  inngest.app = reply;
  const clock = new VirtualClock();
  const { app, url } = await startApp({
    clock,
    providers: [Functions],
    inngest: { baseUrl: inngest.url, deployment: 5 },
  });
  try {
    const registration = app.get(InngestRegistration);
    registration.start(url);
    await clock.settled();
    const since = registration.registeredSince;
    for (let look = 0; look < LOOKS_IN_TEN_MINUTES; look++) await clock.advance(LOOK);

    expect(inngest.requests('/fn/register')).toHaveLength(1);
    expect(registration.registeredSince).toBe(since);
    expect(inngest.requests('/health')).toHaveLength(LOOKS_IN_TEN_MINUTES);
  } finally {
    await app.close();
    await inngest.stop();
  }
});
