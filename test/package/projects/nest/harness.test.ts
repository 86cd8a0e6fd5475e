import 'reflect-metadata';
import * as assert from 'node:assert/strict';
import { test } from 'node:test';
import { Injectable, Module, type DynamicModule } from '@nestjs/common';
import { eventType } from 'inngest';
import { Clock, ClockModule, InngestFunction, InngestModule, type InngestContext } from 'task-queue-worker';
import { InngestHarness, type VirtualClock } from 'task-queue-worker/testing/nest';

const signedUp = eventType('user/signed.up');
const WEEK_MS = 7 * 24 * 60 * 60 * 1_000;

@Injectable()
class Welcome {
  constructor(private readonly clock: Clock) {}

  @InngestFunction({ id: 'welcome', triggers: [signedUp] })
  async welcome({ step }: InngestContext<typeof signedUp>): Promise<number> {
    const greeted = await step.run('greet', () => this.clock.now());
    await step.sleep('a week', '7d');
    return step.run('ask', () => this.clock.now() - greeted);
  }
}

@Module({})
class AppModule {
  static forRoot(baseUrl: string, clock: VirtualClock): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ClockModule.forRoot(clock),
        InngestModule.forRoot({ id: 'shop', isDev: true, baseUrl, eventKey: 'test' }),
      ],
      providers: [Welcome],
    };
  }
}

void test('the harness tests a whole application on its clock', async () => {
  const inngest = await InngestHarness.start({ module: (url, clock) => AppModule.forRoot(url, clock) });
  inngest.failStep('ask', 1);

  const [eventId] = await inngest.send({ name: signedUp.event });
  const run = await inngest.ended(eventId);

  assert.equal(run.status, 'COMPLETED');
  assert.ok((run.output as { data: number }).data > WEEK_MS);
  const attempts = await inngest.attempts(run, 'ask');
  assert.deepEqual(
    attempts.map(({ status }) => status),
    ['FAILED', 'COMPLETED'],
  );
  await inngest.close();
});

void test('the harness tests providers without an application', async () => {
  const inngest = await InngestHarness.forFunctions([Welcome]);

  const [eventId] = await inngest.send({ name: signedUp.event });

  assert.deepEqual((await inngest.ended(eventId)).output, { data: WEEK_MS });
  await inngest.close();
});
