import { Controller, Get, Injectable } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule, type HealthCheckResult } from '@nestjs/terminus';
import { eventType } from 'inngest';
import { VirtualClock } from '../../clock/index.js';
import {
  InjectInngestHealth,
  InngestFunction,
  InngestHealthIndicator,
  InngestRegistration,
} from '../index.js';
import { FakeInngest } from '../testing/fake-inngest.js';
import { startApp, testModule, type StartedApp } from '../testing/start-app.js';

@Injectable()
class Functions {
  @InngestFunction({ id: 'work', triggers: [eventType('test/asked')] })
  work(): void {}
}

@Controller('ready')
class Ready {
  constructor(
    private readonly health: HealthCheckService,
    private readonly inngest: InngestHealthIndicator,
    @InjectInngestHealth('sender') private readonly sender: InngestHealthIndicator,
  ) {}

  @Get()
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.inngest.isHealthy(), () => this.sender.isHealthy('events')]);
  }
}

describe('InngestHealthIndicator', () => {
  let inngest: FakeInngest;
  let started: StartedApp;
  const ready = async (): Promise<unknown> => (await fetch(`${started.url}/ready`)).json();

  beforeEach(async () => {
    inngest = await FakeInngest.start();
    started = await startApp({
      clock: new VirtualClock(),
      inngest: { baseUrl: inngest.url },
      imports: [
        TerminusModule.forRoot({ logger: false }),
        testModule({ name: 'sender', sendOnly: true, eventKey: 'key', baseUrl: inngest.url }),
      ],
      controllers: [Ready],
      providers: [Functions],
    });
  });
  afterEach(async () => {
    await started.app.close();
    await inngest.stop();
  });

  it('is up once the functions are registered, in a check of terminus', async () => {
    expect(await ready()).toMatchObject({
      status: 'error',
      info: { events: { status: 'up' } },
      error: { inngest: { status: 'down', registration: 'pending', message: expect.any(String) } },
    });

    const registration = started.app.get(InngestRegistration);
    const registered = new Promise((resolve) => registration.onChange(resolve));
    registration.start(started.url);
    await registered;

    expect(await ready()).toMatchObject({
      status: 'ok',
      info: { inngest: { status: 'up', url: inngest.url, registered: ['work'] } },
    });
  });

  it('of an app that only sends asks Inngest itself', async () => {
    inngest.gone = true;
    expect(await ready()).toMatchObject({
      error: { events: { status: 'down', message: expect.any(String) } },
    });
    expect(await started.app.get(InngestHealthIndicator).isReachable('there')).toMatchObject({
      there: { status: 'down' },
    });
  });

  it.each([
    [503, '{"error":"the file\\nis gone"}', 'the file is gone (HTTP 503)'],
    [502, 'Bad gateway', 'Bad gateway (HTTP 502)'],
    [200, 'x'.repeat(5 * 1024 * 1024), 'the answer is larger than 4194304 bytes'],
  ])('gives the words of what answers: %i %.40s', async (status, body, words) => {
    inngest.health = { status, body };
    expect(await started.app.get(InngestHealthIndicator).isReachable()).toEqual({
      inngest: {
        status: 'down',
        url: inngest.url,
        message: `Inngest is not reachable at ${inngest.url}: ${words}.`,
      },
    });
  });
});
