import { Injectable } from '@nestjs/common';
import { eventType } from 'inngest';
import { InngestFunction, type InngestContext } from '../inngest/index.js';
import { InngestHarness } from './nest.js';

const worked = eventType('worked');

@Injectable()
class Work {
  executed = 0;

  @InngestFunction({ id: 'work', triggers: [worked], retries: 1 })
  work({ step }: InngestContext<typeof worked>): Promise<number> {
    return step.run('work', () => ++this.executed);
  }
}

it('the harness makes steps of a Nest application fail, too', async () => {
  const inngest = await InngestHarness.forFunctions([Work]);
  inngest.failStep('work', 1);

  const [eventId] = await inngest.send({ name: 'worked' });
  const run = await inngest.ended(eventId);

  expect(run.status).toBe('COMPLETED');
  expect((await inngest.attempts(run, 'work')).map(({ status }) => status)).toEqual(['FAILED', 'COMPLETED']);
  expect(inngest.app.nest.get(Work).executed).toBe(1);
  await inngest.close();
});

it('the harness rejects with what the application throws at its start', async () => {
  class Broken {
    constructor() {
      throw new Error('cannot start');
    }
  }

  await expect(InngestHarness.forFunctions([Broken])).rejects.toThrow('cannot start');
});
