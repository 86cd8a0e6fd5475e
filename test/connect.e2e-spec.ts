import {
  NonRetriableError,
  referenceFunction,
  RetryAfterError,
  type Inngest,
  type InngestFunction,
} from 'inngest';
import { ConnectionState } from 'inngest/connect';
import { closeAfterEach } from './support/close-after-each.js';
import { connectApps, untilState } from './support/connected-app.js';
import { ConnectInngest } from './support/connect-inngest.js';
import { startConnection } from './support/raw-worker.js';
import { returned } from './support/sdk-functions.js';

const SECOND = 1_000;
const HOUR = 60 * 60 * SECOND;

describe('An app that connects', () => {
  const closing = closeAfterEach();

  const start = async (options: Parameters<typeof ConnectInngest.start>[0] = {}): Promise<ConnectInngest> =>
    closing(await ConnectInngest.start(options));

  it('runs its steps, which are memoized, over its connection', async () => {
    const inngest = await start();
    const done: string[] = [];
    closing(
      await connectApps(inngest, {
        shop: (client) => [
          client.createFunction({ id: 'order', triggers: { event: 'go' } }, async ({ step }) => {
            const a = await step.run('a', () => done.push('a'));
            await step.sleep('night', '12h');
            await step.run('b', async () => {
              await inngest.clock.sleep(HOUR);
              done.push('b');
            });
            return a;
          }),
        ],
      }),
    );
    const [id] = await inngest.send({ name: 'go', data: {} });

    const run = await inngest.ended(id);

    expect(returned(run)).toBe(1);
    expect(done).toEqual(['a', 'b']);
    expect(inngest.elapsed).toBe(13 * HOUR);
  });

  it('has its failed steps tried again, as they ask for it', async () => {
    const inngest = await start();
    const tries: number[] = [];
    closing(
      await connectApps(inngest, {
        shop: (client) => [
          client.createFunction({ id: 'order', triggers: { event: 'go' }, retries: 2 }, async ({ step }) =>
            step.run('pay', () => {
              tries.push(inngest.elapsed);
              if (tries.length === 1) throw new RetryAfterError('later', 30 * SECOND);
              if (tries.length === 2) throw new Error('again');
              return 'paid';
            }),
          ),
        ],
      }),
    );
    const [id] = await inngest.send({ name: 'go', data: {} });

    expect(returned(await inngest.ended(id))).toBe('paid');
    expect(tries).toHaveLength(3);
    // The SDK says a date of its own clock.
    expect(tries[1]).toBeGreaterThan(25 * SECOND);
    expect(tries[1]).toBeLessThan(31 * SECOND);
  });

  it('is not tried again when its function says so, and its failure handler is called', async () => {
    const inngest = await start();
    const failures: string[] = [];
    closing(
      await connectApps(inngest, {
        shop: (client) => [
          client.createFunction(
            {
              id: 'order',
              triggers: { event: 'go' },
              onFailure: ({ error }: { error: Error }) => failures.push(error.message),
            },
            () => {
              throw new NonRetriableError('no');
            },
          ),
        ],
      }),
    );
    const [id] = await inngest.send({ name: 'go', data: {} });

    const run = await inngest.ended(id);
    await inngest.allEnded();

    expect(failures).toEqual(['no']);

    expect(run).toMatchObject({ status: 'FAILED', attempts: 1, output: { message: 'no' } });
    expect(inngest.elapsed).toBe(0);
  });

  it('shares its connection with other apps, and calls them', async () => {
    const inngest = await start();
    const worker = (event: string) => (client: Inngest) => [
      client.createFunction({ id: 'fn', triggers: { event } }, () => client.id),
    ];
    closing(
      await connectApps(inngest, {
        one: worker('one'),
        two: worker('two'),
        both: (client) => [
          client.createFunction({ id: 'fn', triggers: { event: 'both' } }, ({ step }) =>
            Promise.all(
              ['one', 'two'].map((appId) =>
                step.invoke(appId, { function: referenceFunction({ appId, functionId: 'fn' }) }),
              ),
            ),
          ),
        ],
      }),
    );
    closing(await connectApps(inngest, { three: worker('three') }));

    const ids = await inngest.send(...['both', 'three'].map((name) => ({ name, data: {} })));

    expect(returned(await inngest.ended(ids[0]))).toEqual(['one', 'two']);
    expect(returned(await inngest.ended(ids[1]))).toBe('three');
  });

  it('is listed by the API as one that connects', async () => {
    const inngest = await start();
    closing(await connectApps(inngest, { shop: (client) => [client.createFunction({ id: 'fn' }, () => 1)] }));

    const { data } = (await (await fetch(`${inngest.server.url}/api/v2/apps`)).json()) as { data: object[] };

    expect(data).toMatchObject([{ id: 'shop', method: 'CONNECT' }]);
  });

  it('checkpoints its steps, and fetches a state that is too large for a call', async () => {
    const inngest = await start();
    const MIB = 1024 * 1024;
    closing(
      await connectApps(
        inngest,
        {
          shop: (client) => [
            client.createFunction({ id: 'order', triggers: { event: 'go' } }, async ({ step }) => {
              const parts: string[] = [];
              for (const part of ['a', 'b']) parts.push(await step.run(part, () => part.repeat(3 * MIB)));
              await step.sleep('night', '12h');
              return parts.map(({ length }) => length);
            }),
          ],
        },
        { client: { checkpointing: true } },
      ),
    );
    const [id] = await inngest.send({ name: 'go', data: {} });

    expect(returned(await inngest.ended(id))).toEqual([3 * MIB, 3 * MIB]);
  });

  it('goes on with its step, and does it once, when its connection breaks', async () => {
    const inngest = await start();
    const held = new Held();
    const connection = closing(await connectApps(inngest, { shop: held.define }));
    const before = connection.connectionId;
    const [id] = await inngest.send({ name: 'go', data: {} });
    await held.begun;

    for (const socket of inngest.sockets) socket.terminate();
    await untilState(connection, ConnectionState.RECONNECTING);
    await untilState(connection, ConnectionState.ACTIVE);
    held.release('done');

    expect(returned(await inngest.ended(id))).toBe('done');
    expect(held.times).toBe(1);
    expect(connection.connectionId).not.toBe(before);
  });

  it('finishes its step when it is closed, and takes no more; another worker does', async () => {
    const inngest = await start();
    const [old, young] = [new Held(), new Held()];
    const stopping = await connectApps(inngest, { shop: old.define }, { connect: { instanceId: 'old' } });
    const [first] = await inngest.send({ name: 'go', data: {} });
    await old.begun;

    const closed = stopping.close();
    closing(await connectApps(inngest, { shop: young.define }, { connect: { instanceId: 'young' } }));
    const [second] = await inngest.send({ name: 'go', data: {} });
    await young.begun;
    old.release('old');
    young.release('young');
    await closed;

    expect(returned(await inngest.ended(first))).toBe('old');
    expect(returned(await inngest.ended(second))).toBe('young');
  });

  it('takes no more calls at once than it says', async () => {
    const inngest = await start();
    let [now, most] = [0, 0];
    closing(
      await connectApps(
        inngest,
        {
          shop: (client) => [
            client.createFunction({ id: 'order', triggers: { event: 'go' } }, async ({ step }) =>
              step.run('work', async () => {
                most = Math.max(most, ++now);
                await inngest.clock.sleep(SECOND);
                now--;
              }),
            ),
          ],
        },
        { connect: { maxWorkerConcurrency: 2 } },
      ),
    );
    await inngest.send(...Array.from({ length: 6 }, () => ({ name: 'go', data: {} })));

    await inngest.allEnded();

    expect(most).toBe(2);
    const runs = await inngest.allRuns();
    expect(runs.map(({ status }) => status)).toEqual(runs.map(() => 'COMPLETED'));
  });

  it('shows the signing key, where there is one', async () => {
    const signingKey = 'signkey-test-0123456789abcdef';
    const inngest = await start({ signingKey, eventKey: 'test' });
    const define = (client: Inngest): InngestFunction.Any[] => [
      client.createFunction({ id: 'order', triggers: { event: 'go' } }, () => 'signed'),
    ];
    closing(await connectApps(inngest, { shop: define }, { client: { signingKey } }));
    const [id] = await inngest.send({ name: 'go', data: {} });

    expect(returned(await inngest.ended(id))).toBe('signed');
    await expect(startConnection(inngest.server.url)).rejects.toThrow('401 ');
    await expect(startConnection(inngest.server.url, { authorization: 'Bearer abcdef' })).rejects.toThrow(
      '401 ',
    );
  });
});

/** A function whose step lasts until it is released. */
class Held {
  times = 0;
  release: (output: string) => void = () => undefined;
  private begin: () => void = () => undefined;
  readonly begun = new Promise<void>((resolve) => (this.begin = resolve));
  private readonly released = new Promise<string>((resolve) => (this.release = resolve));

  readonly define = (client: Inngest): InngestFunction.Any[] => [
    client.createFunction({ id: 'order', triggers: { event: 'go' } }, ({ step }) =>
      step.run('work', () => {
        this.times++;
        this.begin();
        return this.released;
      }),
    ),
  ];
}
