import { Injectable } from '@nestjs/common';
import { eventType } from 'inngest';
import {
  InngestFunction,
  OnInngestFailure,
  type InngestContext,
  type InngestFailureContext,
} from '../src/inngest/index.js';
import { InngestHarness, type ServedNestApp } from '../src/testing/nest.js';

const large = eventType('large');

@Injectable()
class Batches {
  readonly sizes: number[] = [];
  readonly failures: number[] = [];

  @InngestFunction({
    id: 'batches',
    triggers: [large],
    retries: 0,
    batchEvents: { maxSize: 20, timeout: '10s' },
  })
  batches({ events }: InngestContext<typeof large>): void {
    this.sizes.push(events.length);
    throw new Error('failed');
  }

  @OnInngestFailure('batches')
  failed({ event }: InngestFailureContext<typeof large>): void {
    this.failures.push((event.data as unknown as { events: unknown[] }).events.length);
  }
}

describe('A batch of large events that fails', () => {
  let inngest: InngestHarness<ServedNestApp>;

  afterEach(() => inngest.close());

  it('reaches its failure handler with all of its events', async () => {
    inngest = await InngestHarness.forFunctions([Batches]);
    const batches = inngest.app.nest.get(Batches);
    const event = { name: 'large', data: { blob: 'x'.repeat(2.9e6) } };
    for (let sent = 0; sent < 20; sent += 4) await inngest.send(event, event, event, event);
    await inngest.until(() => batches.failures.length === 5);
    // A batch is full when it exceeds 10 MiB.
    expect(batches.sizes).toEqual([4, 4, 4, 4, 4]);
    expect(batches.failures).toEqual([4, 4, 4, 4, 4]);
    expect(inngest.elapsed).toBe(0);
  });
});
