import { Kind } from '../src/embedded/protocol/connect/messages.js';
import { CallQueue } from '../src/embedded/queue/call-queue.js';
import { closeAfterEach } from './support/close-after-each.js';
import { ConnectInngest } from './support/connect-inngest.js';
import { APP, RawWorker, response, wsFunction, type RawApp } from './support/raw-worker.js';
import { returned } from './support/sdk-functions.js';

const SECOND = 1_000;
/**
 * The times of the real server, in milliseconds: the length of a lease, and how long after a lease it still accepts an answer.
 */
const LEASE = 120 * SECOND;
const GRACE = 5 * SECOND;
const HEARTBEAT = 10 * SECOND;

describe('A call to a connected worker', () => {
  const closing = closeAfterEach();
  let inngest: ConnectInngest;

  beforeEach(async () => {
    inngest = await ConnectInngest.start();
  });

  afterEach(() => inngest.close());

  const worker = async (...args: [apps?: RawApp[], options?: object]): Promise<RawWorker> =>
    closing(await RawWorker.ready(inngest.server.url, ...args));

  /** Lets time pass on the workers' clock, while these workers send their heartbeats. */
  const pass = async (ms: number, ...alive: RawWorker[]): Promise<void> => {
    for (let left = ms; left > 0; left -= HEARTBEAT) {
      await inngest.workerClock.advance(Math.min(left, HEARTBEAT));
      await Promise.all(alive.map((one) => one.heartbeat()));
    }
  };

  const go = async (): Promise<string> => (await inngest.send({ name: 'go', data: {} }))[0]!;

  it('belongs to the worker as long as it extends its lease', async () => {
    const one = await worker();
    const id = await go();
    const call = await one.takeCall();
    let lease = call.leaseId;

    for (let extensions = 0; extensions < 3; extensions++) {
      const next = await one.extendLease(call, lease);
      expect(next).not.toBe(lease);
      lease = next!;
      await pass(LEASE, one);
    }
    one.reply(call, 'slow');

    const run = await inngest.ended(id);
    expect(returned(run)).toBe('slow');
  });

  it('is retried when its lease ends, by another worker if there is one', async () => {
    const one = await worker();
    const id = await go();
    const lost = await one.takeCall();
    const two = await worker();
    await one.close();

    await pass(LEASE + GRACE, two);
    const passing = inngest.ended(id);
    const again = await two.takeCall();
    two.reply(again, 'done');
    const run = await passing;

    expect(returned(run)).toBe('done');
    expect(JSON.parse(Buffer.from(again.requestPayload).toString())).toMatchObject({ ctx: { attempt: 1 } });
    expect(again.requestId).not.toBe(lost.requestId);
    const [failed] = await inngest.attempts(run, 'Finalization');
    expect(failed).toMatchObject({ status: 'FAILED' });
    expect(JSON.stringify(failed)).toContain('The worker stopped responding to the request.');
  });

  it('is extended only with the ids of its own leases', async () => {
    const one = await worker();
    await go();
    const call = await one.takeCall();

    await expect(one.extendLease(call, '01M84AQTH1JX3J5VMQRYGX5W51')).resolves.toBeUndefined();
    await expect(one.extendLease({ ...call, requestId: 'other' }, call.leaseId)).resolves.toBeUndefined();
    const next = await one.extendLease(call, call.leaseId);
    // The answer to the extension may have been lost with the connection.
    await expect(one.extendLease(call, call.leaseId)).resolves.toBeDefined();
    await expect(one.extendLease(call, next!)).resolves.toBeUndefined();
  });

  it('goes on when its connection breaks: the answer may come over another connection', async () => {
    const before = await worker();
    const id = await go();
    const call = await before.takeCall();
    await before.heartbeat();
    await before.close();

    const after = await worker();
    await expect(after.extendLease(call, call.leaseId)).resolves.toBeDefined();
    after.reply(call, 'once');

    expect(returned(await inngest.ended(id))).toBe('once');
    await after.next(Kind.WorkerReplyAck);
  });

  it('goes on when its connection breaks, also if its acknowledgement is lost', async () => {
    const before = await worker();
    const id = await go();
    const call = await before.nextCall();
    await before.close();
    await inngest.untilConnected(0);

    const after = await worker();
    await expect(after.extendLease(call, call.leaseId)).resolves.toBeDefined();
    await pass(LEASE, after);
    after.reply(call, 'once');

    expect(returned(await inngest.ended(id))).toBe('once');
  });

  it('accepts an answer that the worker sent before it was given up', async () => {
    const one = await worker();
    const id = await go();
    const call = await one.takeCall();
    await one.heartbeat();
    // The worker reads nothing, as if a step blocked its event loop. The server disconnects it because it is silent.
    one.socket.pause();
    await inngest.workerClock.advance(5 * HEARTBEAT);
    expect([...inngest.sockets].map(({ readyState, CLOSING }) => readyState === CLOSING)).toEqual([true]);

    one.reply(call, 'late');

    expect(returned(await inngest.ended(id))).toBe('late');
  });

  it('accepts its answer over HTTP, too', async () => {
    const one = await worker();
    const id = await go();
    const call = await one.takeCall();
    await one.close();

    const flushed = await fetch(`${inngest.server.url}/v0/connect/flush`, {
      method: 'POST',
      headers: { 'content-type': 'application/protobuf' },
      body: new Uint8Array(response(call, 'flushed')),
    });

    expect(flushed.status).toBe(200);
    expect(returned(await inngest.ended(id))).toBe('flushed');
  });

  it.each([
    ['pauses', (one: RawWorker) => Promise.resolve(one.send(Kind.WorkerPause))],
    [
      'loses its connection',
      async (one: RawWorker, two: RawWorker) => {
        await one.close();
        await inngest.untilConnected(1);
        // Until then, the worker could extend its lease over a new connection.
        await pass(LEASE / 4 + GRACE, two);
      },
    ],
  ])('goes to another worker when the first one %s before it has begun', async (_, leave) => {
    const one = await worker();
    const id = await go();
    await one.nextCall();
    const two = await worker();

    await leave(one, two);
    const call = await two.takeCall();
    two.reply(call, 'done');

    const run = await inngest.ended(id);
    expect(returned(run)).toBe('done');
    expect(JSON.parse(Buffer.from(call.requestPayload).toString())).toMatchObject({ ctx: { attempt: 0 } });
  });

  it('waits for a worker that connects to replace a paused one', async () => {
    const one = await worker();
    one.send(Kind.WorkerPause);
    await one.heartbeat();
    const id = await go();

    const two = await worker();
    two.reply(await two.takeCall(), 'two');

    expect(returned(await inngest.ended(id))).toBe('two');
  });

  it('fails an attempt when no worker is connected', async () => {
    await (await worker()).close();
    const run = await inngest.ended(await go());

    expect(JSON.stringify(run.output)).toContain('connect_no_healthy_connection');
  });

  it('is not sent to a worker that has missed two heartbeats; after five, the worker is disconnected', async () => {
    const silent = await worker();
    await pass(HEARTBEAT, silent);
    await inngest.workerClock.advance(HEARTBEAT);
    const alive = await worker();
    await inngest.workerClock.advance(HEARTBEAT + 1);

    const id = await go();
    alive.reply(await alive.takeCall(), 'alive');

    expect(returned(await inngest.ended(id))).toBe('alive');
    await pass(4 * HEARTBEAT, alive);
    await expect(silent.closed).resolves.toMatchObject({ reason: 'CONSECUTIVE_HEARTBEATS_MISSED' });
  });

  it('goes to the worker with the fewest calls', async () => {
    const [one, two] = [await worker(), await worker()];
    await inngest.send({ name: 'go', data: {} }, { name: 'go', data: {} });

    const calls = await Promise.all([one.takeCall(), two.takeCall()]);

    expect(new Set(calls.map(({ runId }) => runId)).size).toBe(2);
  });

  it('waits for a full worker while a worker with room has missed its heartbeats', async () => {
    const handedBack = jest.spyOn(CallQueue.prototype, 'returnUnmade');
    const silent = await worker();
    await pass(HEARTBEAT, silent);
    const alive = await worker([APP], { maxConcurrency: 1 });
    await pass(2 * HEARTBEAT + 1, alive);
    const [, second] = await inngest.send({ name: 'go', data: {} }, { name: 'go', data: {} });
    const call = await alive.takeCall();

    for (let turns = 0; turns < 20; turns++) await alive.heartbeat();
    expect(handedBack.mock.calls.length).toBeLessThan(5);
    handedBack.mockRestore();
    alive.reply(call, 'first');
    alive.reply(await alive.takeCall(), 'second');

    expect(returned(await inngest.ended(second))).toBeDefined();
  });

  it('waits, without a failed attempt, until a worker has room', async () => {
    const one = await worker([APP], { maxConcurrency: 1 });
    const other: RawApp = { name: 'other', functions: [wsFunction('other', 'fn', 'go')] };
    const two = await worker([other]);
    const [first, second] = await inngest.send({ name: 'go', data: {} }, { name: 'go', data: {} });
    const call = await one.takeCall();

    // A full app does not hold the calls of the other app.
    for (let calls = 0; calls < 2; calls++) two.reply(await two.takeCall(), 'other');
    await one.heartbeat();
    one.reply(call, 'first');
    const next = await one.takeCall();
    one.reply(next, 'second');

    await inngest.ended(first);
    await inngest.ended(second);
    expect(JSON.parse(Buffer.from(next.requestPayload).toString())).toMatchObject({ ctx: { attempt: 0 } });
  });
});
