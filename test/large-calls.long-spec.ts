import { Injectable } from '@nestjs/common';
import { eventType } from 'inngest';
import { InngestFunction, type InngestContext } from '../src/inngest/index.js';
import { call } from '../src/inngest/testing/call.js';
import { startApp, type StartedApp, type StartOptions } from '../src/inngest/testing/start-app.js';

const asked = eventType('test/asked');
const MIB = 1024 * 1024;

@Injectable()
class Functions {
  @InngestFunction({ id: 'collect', triggers: [asked] })
  async collect({ event, step }: InngestContext<typeof asked>): Promise<unknown> {
    let size = (event.data.blob as string).length;
    for (let index = 0; index < 8; index++) size += (await step.run(`step-${index}`, () => '')).length;
    return { size };
  }
}

/**
 * These tests take seconds, because they send and parse bodies of 50 MiB. `src/inngest/serve` has the other tests of the
 * endpoint.
 */
describe.each([true, false])('The endpoint, with bodyParser: %s', (bodyParser) => {
  let started: StartedApp | undefined;
  const start = async (options: StartOptions): Promise<StartedApp> =>
    (started = await startApp({ providers: [Functions], ...options }));

  afterEach(async () => {
    await started?.app.close();
    started = undefined;
  });

  const post = (url: string, body: string): Promise<Response> =>
    fetch(`${url}/api/inngest?fnId=app-collect&stepId=step`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });

  it('takes the largest call there is: 32 MiB of state, and an event of 3 MiB, which is in it twice', async () => {
    const { url } = await start({ nest: { bodyParser } });
    const steps = Object.fromEntries(
      Array.from({ length: 8 }, (_, index) => [`step-${index}`, { data: 'x'.repeat(4 * MIB) }]),
    );
    const event = { name: 'test/asked', data: { blob: 'x'.repeat(3 * MIB) } };

    const answer = await call(url, { fnId: 'app-collect', event, steps });

    expect(answer).toMatchObject({ status: 200, body: { size: 35 * MIB } });
  });

  it('answers one over the limit 413 in JSON, and logs it', async () => {
    const { url, logger } = await start({ nest: { bodyParser } });

    const answer = await post(url, JSON.stringify({ blob: 'x'.repeat(51 * MIB) }));

    expect(answer.status).toBe(413);
    expect(await answer.json()).toEqual({
      statusCode: 413,
      error: 'Payload Too Large',
      message: expect.stringContaining('the body of 51.0 MiB is over the limit of 50 MiB'),
    });
    expect(
      logger.matching(/^error A call to \/api\/inngest was answered 413: the body of 51.0 MiB/),
    ).toHaveLength(1);
  });
});
