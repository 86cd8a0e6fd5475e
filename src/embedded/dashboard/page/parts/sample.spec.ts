import { sampleFrom } from './sample.js';

const RETRIES = { value: 3, isDefault: true };

describe('A sample of the data of an event', () => {
  it('has a string, a boolean or a number where the configuration reads one', () => {
    expect(
      sampleFrom({
        idempotency: 'event.data.force == true ? event.id : event.data.taskId',
        priority: { run: 'event.data.priority == null ? 0 : (event.data.priority > 600 ? 600 : 1)' },
        concurrency: { limit: 1, key: 'event.data.customer' },
        retries: RETRIES,
      }),
    ).toEqual({ force: false, taskId: 'example', priority: 0, customer: 'example' });
  });

  it.each([
    ['!event.data.quiet', false],
    ['event.data.urgent && true', false],
    ['event.data.urgent ? 1 : 0', false],
    ['event.data.age >= 18 ? 1 : 0', 0],
    ['event.data.score * 2', 0],
    ['int(event.data.score)', 0],
    ['event.data.plan == "paid" ? 1 : 0', 'example'],
  ])('reads %s', (run, value) => {
    expect(Object.values(sampleFrom({ priority: { run }, retries: RETRIES }))).toEqual([value]);
  });

  it('is empty if the configuration reads no field', () => {
    expect(sampleFrom({ retries: RETRIES })).toEqual({});
  });
});
