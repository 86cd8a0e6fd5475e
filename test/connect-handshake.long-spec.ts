import {
  Kind,
  StartResponse,
  SystemError,
  WorkerConnect,
} from '../src/embedded/protocol/connect/messages.js';
import { closeAfterEach } from './support/close-after-each.js';
import { ConnectInngest } from './support/connect-inngest.js';
import {
  APP,
  introduction,
  RawWorker,
  startConnection,
  wsFunction,
  type RawApp,
} from './support/raw-worker.js';

const SECOND = 1_000;
const ULID = '01M84AQTH1JX3J5VMQRYGX5W51';

describe('A worker that connects', () => {
  const closing = closeAfterEach();
  let inngest: ConnectInngest;

  beforeEach(async () => {
    inngest = await ConnectInngest.start();
  });

  afterEach(() => inngest.close());

  const urlsAre = async (): Promise<string[]> =>
    (await inngest.get<{ handlers: { sdk: { url: string } }[] }>('/dev')).handlers.map(({ sdk }) => sdk.url);

  const functionsAre = async (): Promise<string[]> =>
    (await inngest.get<{ functions: { slug: string }[] }>('/dev')).functions.map(({ slug }) => slug);

  const registerOverHttp = async (name: string, fn: object): Promise<{ status: number; error: string }> => {
    const answer = await fetch(`${inngest.server.url}/fn/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ appName: name, url: 'http://127.0.0.1:9/x', functions: [fn] }),
    });
    return { status: answer.status, error: ((await answer.json()) as { error: string }).error };
  };

  it('registers its apps', async () => {
    const more: RawApp = {
      name: 'more',
      functions: [wsFunction('more', 'a', 'x'), wsFunction('more', 'b', 'y')],
    };
    closing(await RawWorker.ready(inngest.server.url, [APP, more]));

    expect(await functionsAre()).toEqual(['app-fn', 'more-a', 'more-b']);
    expect(await urlsAre()).toEqual(['wss://connect?app_name=app', 'wss://connect?app_name=more']);
  });

  it.each([
    [{ ...APP, functions: [wsFunction('app', 'fn', 'go', { teleport: {} })] }, undefined],
    [{ ...APP, functions: [wsFunction('app', 'fn', 'go', { teleport: { a: 1 } })] }, 'teleport'],
    [{ ...APP, functions: [wsFunction('app', 'fn', 'go', { retries: {}, concurrency: -1 })] }, 'concurrency'],
    [{ name: '', functions: [] }, 'App ID required'],
    [{ name: 'a\u0000', functions: [] }, '"appName"'],
    [{ ...APP, functions: [{ ...wsFunction('app', 'fn', 'go'), steps: {} }] }, 'steps: expected exactly one'],
    [
      {
        ...APP,
        functions: [
          {
            ...wsFunction('app', 'fn', 'go'),
            steps: {
              step: { id: 'step', name: 'step', runtime: { type: 'http', url: 'http://127.0.0.1:1/' } },
            },
          },
        ],
      },
      'its runtime is "http"',
    ],
    [{ ...APP, functions: [{ ...APP.functions[0], triggers: [{ cron: 'now' }] }] }, 'triggers[0]'],
    [{ ...APP, functions: {} as object[] }, 'not a JSON array'],
  ])('gets an error that names what this server does not support in %j', async (app, words) => {
    const worker = closing(await RawWorker.introduced(inngest.server.url, [app]));
    if (words === undefined) {
      await worker.next(Kind.GatewayConnectionReady);
      return;
    }

    const { reason, code } = await worker.closed;

    expect([code, reason]).toEqual([1008, 'connect_invalid_function_config']);
    expect(await functionsAre()).toEqual([]);
    if (Array.isArray(app.functions)) {
      const error = SystemError.decode(await worker.next(Kind.SyncFailed));
      expect(error.message).toContain(words);
      expect(error.code).toBe(reason);
    }
  });

  it('is the only one that may register functions that are called over a connection', async () => {
    const { status, error } = await registerOverHttp('app', wsFunction('app', 'fn', 'go'));

    expect(status).toBe(400);
    expect(error).toContain(
      'Only a worker can register it, over the connection that it opens with connect()',
    );
  });

  it('may take over an app that was served over HTTP', async () => {
    const step = {
      id: 'step',
      name: 'step',
      runtime: { type: 'http', url: 'http://127.0.0.1:9/x?fnId=app-fn' },
    };
    await registerOverHttp('app', { id: 'app-fn', triggers: [{ event: 'go' }], steps: { step } });

    const worker = closing(await RawWorker.ready(inngest.server.url));
    await inngest.send({ name: 'go', data: {} });

    await expect(worker.takeCall()).resolves.toMatchObject({ appName: 'app', functionSlug: 'app-fn' });
  });

  const introduced =
    (change: (token: string) => [string, string]) =>
    (start: StartAnswer): Buffer => {
      const [id, token] = change(start.sessionToken);
      return introduction(id === '' ? start.connectionId : id, token, [APP]);
    };
  const GARBAGE = Buffer.from([0xff, 0xff, 0xff, 0xff]);

  it.each<[string, Kind, (start: StartAnswer) => Buffer, string]>([
    [
      'says something else first',
      Kind.WorkerReady,
      () => Buffer.alloc(0),
      'connect_worker_hello_invalid_msg',
    ],
    ['sends no message', Kind.WorkerConnect, () => GARBAGE, 'connect_worker_hello_invalid_payload'],
    ['has no token', Kind.WorkerConnect, introduced(() => ['', '']), 'connect_authentication_failed'],
    [
      'has no token, whatever its apps are',
      Kind.WorkerConnect,
      ({ connectionId }) => introduction(connectionId, '', [{ name: 'a', functions: {} as object[] }]),
      'connect_authentication_failed',
    ],
    [
      'has made up a token',
      Kind.WorkerConnect,
      introduced(() => ['', '1000000000000000.x']),
      'connect_authentication_failed',
    ],
    [
      'has the token of another connection',
      Kind.WorkerConnect,
      introduced((token) => [ULID, token]),
      'connect_authentication_failed',
    ],
    [
      'has no id',
      Kind.WorkerConnect,
      introduced((token) => ['x', token]),
      'connect_worker_hello_invalid_payload',
    ],
    [
      'has no apps',
      Kind.WorkerConnect,
      ({ connectionId, sessionToken }) => introduction(connectionId, sessionToken, []),
      'connect_worker_hello_invalid_payload',
    ],
    [
      'has too many apps',
      Kind.WorkerConnect,
      ({ connectionId, sessionToken }) =>
        introduction(
          connectionId,
          sessionToken,
          Array.from({ length: 101 }, () => APP),
        ),
      'connect_too_many_apps_per_connection',
    ],
    [
      'has no instance',
      Kind.WorkerConnect,
      ({ connectionId }) => WorkerConnect.encode({ connectionId }),
      'connect_worker_hello_invalid_payload',
    ],
  ])('is refused when it %s', async (_, kind, payload, reason) => {
    const start = await startConnection(inngest.server.url);
    const worker = closing(await RawWorker.open(start.gatewayEndpoint));

    worker.send(kind, payload(start));

    await expect(worker.closed).resolves.toEqual({ code: 1008, reason });
    expect(await functionsAre()).toEqual([]);
  });

  it('is refused when it sends something that is not protobuf, or nothing for 5 s', async () => {
    const { gatewayEndpoint } = await startConnection(inngest.server.url);
    const babbling = closing(await RawWorker.open(gatewayEndpoint));
    const silent = closing(await RawWorker.open(gatewayEndpoint));

    babbling.socket.send('hello');
    await expect(babbling.closed).resolves.toMatchObject({ code: 1007 });
    await inngest.workerClock.advance(5 * SECOND);

    await expect(silent.closed).resolves.toEqual({ code: 1008, reason: 'connect_worker_hello_timeout' });
  });

  it('does no harm with invalid messages', async () => {
    const worker = closing(await RawWorker.ready(inngest.server.url));
    for (const kind of [99, Kind.GatewayHello, Kind.WorkerConnect, Kind.WorkerStatus]) {
      worker.send(kind as Kind, GARBAGE);
    }
    await worker.heartbeat();

    worker.send(Kind.WorkerReply, GARBAGE);

    await expect(worker.closed).resolves.toMatchObject({ code: 1007 });
    closing(await RawWorker.ready(inngest.server.url));
  });

  it('needs no subprotocol', async () => {
    const { gatewayEndpoint } = await startConnection(inngest.server.url);

    closing(await RawWorker.open(gatewayEndpoint, []));
  });

  it('gets calls from the start if it does not announce that it will report when it is ready', async () => {
    const { connectionId, gatewayEndpoint, sessionToken } = await startConnection(inngest.server.url);
    const worker = closing(await RawWorker.open(gatewayEndpoint));
    const data = WorkerConnect.decode(introduction(connectionId, sessionToken, [APP]));
    worker.send(Kind.WorkerConnect, WorkerConnect.encode({ ...data, manualReadiness: false }));
    await worker.next(Kind.GatewayConnectionReady);

    await inngest.send({ name: 'go', data: {} });

    await expect(worker.takeCall()).resolves.toMatchObject({ functionSlug: 'app-fn' });
  });

  it('gets the calls that waited while it connected', async () => {
    const worker = closing(await RawWorker.introduced(inngest.server.url));
    await worker.next(Kind.GatewayConnectionReady);
    const [id] = await inngest.send({ name: 'go', data: {} });

    worker.send(Kind.WorkerReady);
    const call = await worker.takeCall();
    worker.reply(call, 'done');

    const run = await inngest.ended(id);
    expect(run.status).toBe('COMPLETED');
    expect(JSON.parse(Buffer.from(call.requestPayload).toString())).toMatchObject({ ctx: { attempt: 0 } });
  });
});

type StartAnswer = ReturnType<(typeof StartResponse)['decode']>;
