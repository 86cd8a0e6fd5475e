import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Inngest, InngestFunction } from 'inngest';
import { EmbeddedInngest } from '../src/embedded/index.js';
import { SyncRequests } from '../src/embedded/registration/sync-requests.js';
import { closeAfterEach } from './support/close-after-each.js';
import { CommandServer } from './support/command-server.js';
import { FakeMachine } from './support/fake-machine.js';
import { KeptLog } from './support/kept-log.js';
import { serveFunctions, type ServedFunctions } from './support/served-functions.js';

const SECOND = 1_000;

const opened = closeAfterEach();

const functions =
  (...ids: string[]) =>
  (client: Inngest): InngestFunction.Any[] =>
    ids.map((id) => client.createFunction({ id, triggers: [{ event: id }] }, () => id));

/** A server that asks the app at `url` to sync, on a machine whose time the test moves. */
class Watching {
  readonly log = new KeptLog();
  readonly machine = new FakeMachine();
  server!: CommandServer;

  async start(args: readonly string[]): Promise<this> {
    this.server = opened(
      await CommandServer.start(args, { machine: this.machine.clock(), logger: this.log }),
    );
    return this;
  }

  /** Lets time pass until there is a log line about apps. Returns the line. */
  async said(): Promise<string> {
    for (;;) {
      const [line] = this.log.takeAboutApps();
      if (line !== undefined) return line.replaceAll(/localhost:\d+/g, 'HOST');
      await this.pass();
    }
  }

  /** Lets time pass until the server has sent two more requests. @param asked the number of requests so far */
  async rounds(asked: () => number): Promise<void> {
    const before = asked();
    while (asked() < before + 2) await this.pass();
  }

  /** Lets this many milliseconds pass, like {@link pass}. */
  async for(ms: number): Promise<void> {
    const end = this.machine.time + ms;
    while (this.machine.time < end) await this.pass();
  }

  /**
   * Lets some time pass, unless an app is answering: an answer takes real time, during which the machine's time must stand still.
   */
  private async pass(): Promise<void> {
    await nextTurn();
    if (!this.server.server.app.get(SyncRequests).isWaitingFor()) this.machine.run(10);
  }
}

/** A port on which nothing listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** An HTTP server that answers with `answer`, and counts its requests. */
async function answering(
  answer: () => [status: number, body: string, headers?: Record<string, string>],
): Promise<{ url: string; port: number; asked: () => number }> {
  let asked = 0;
  const server = createServer((request, response) => {
    asked++;
    request.resume();
    const [status, body, headers = {}] = answer();
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened({
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://localhost:${port}/api/inngest`, port, asked: () => asked };
}

describe('a server that watches apps', () => {
  it('logs once when a named app registers, changes, stops and answers again', async () => {
    const port = await freePort();
    const watching = await new Watching().start(['-u', `localhost:${port}/api/inngest`]);
    const appAt = async (): Promise<ServedFunctions> =>
      serveFunctions(watching.server.url, functions('a'), port);
    expect(await watching.said()).toMatch(
      /^warn The app at http:\/\/HOST\/api\/inngest does not answer yet \(.*ECONNREFUSED.*\)\. The server asks it again every 5 s\.$/,
    );

    const app = await appAt();
    expect(await watching.said()).toBe('log App "app" registered 1 function(s) at http://HOST/api/inngest');
    expect(await watching.said()).toBe('log App "app" at http://HOST/api/inngest answers again.');

    app.become(functions('a', 'b'));
    expect(await watching.said()).toBe('log App "app" registered 2 function(s) at http://HOST/api/inngest');

    await app.close();
    expect(await watching.said()).toMatch(
      /^warn App "app" at http:\/\/HOST\/api\/inngest does not answer any more \(.*\)\. The server asks it again every 5 s\.$/,
    );
    const back = opened(await appAt());
    back.become(functions('a', 'b'));
    expect(await watching.said()).toMatch(/^log App "app" (registered 1 function|at .* answers again)/);
  });

  it('logs once why an app that answers is not registered, and again for another reason', async () => {
    let message = 'no functions today';
    const app = await answering(() => [500, JSON.stringify({ message })]);
    const watching = await new Watching().start(['--sdk-url', app.url]);
    expect(await watching.said()).toBe(
      'warn The app at http://HOST/api/inngest is not registered: it answered 500: no functions today. The server asks it again every 5 s.',
    );
    await watching.rounds(app.asked);
    message = 'none tomorrow';
    expect(await watching.said()).toContain('none tomorrow');
    await watching.rounds(app.asked);
    expect(watching.log.takeAboutApps()).toEqual([]);
  });

  it('logs that an app uses another server when it answers but does not register here', async () => {
    const app = await answering(() => [200, '{"message":"Successfully registered","modified":true}']);
    const watching = await new Watching().start(['-u', app.url]);
    expect(await watching.said()).toBe(
      'warn The app at http://HOST/api/inngest is not registered: it answered but did not register here, so it uses ' +
        'another server. Start it with INNGEST_DEV=http://HOST. The server asks it again every 5 s.',
    );
  });

  it('asks a registered app again at every --poll-interval', async () => {
    const watching = await new Watching().start(['--poll-interval', '60']);
    const app = opened(await serveFunctions(watching.server.url, functions('a')));
    expect((await fetch(app.url, { method: 'PUT' })).status).toBe(200);
    watching.log.takeAboutApps();
    app.become(functions('a', 'b'));
    const start = watching.machine.time;

    expect(await watching.said()).toContain('registered 2 function(s)');

    expect(watching.machine.time - start).toBeGreaterThan(50 * SECOND);
  });

  it('with --no-poll, asks until an app has registered', async () => {
    const watching = await new Watching().start(['--no-poll']);
    const other = await answering(() => [404, '']);
    const polled = await new Watching().start(['--no-poll', '-u', other.url]);
    await polled.rounds(other.asked);

    const inBand = await answering(() => [
      200,
      JSON.stringify({ app_id: 'in-band', functions: [], sdk_language: 'js', sdk_version: '4' }),
    ]);
    const inBandWatching = await new Watching().start(['--no-poll', '-u', inBand.url]);
    while (inBand.asked() === 0) await nextTurn();
    await inBandWatching.for(20 * SECOND);
    expect(inBand.asked()).toBe(1);
    expect(watching.log.takeAboutApps()).toEqual([]);
  });

  it('finds an app at a common port, and then stops looking', async () => {
    const machine = new FakeMachine();
    const noApp = await answering(() => [200, '{}']);
    const nobody = await freePort();
    const log = new KeptLog();
    const port = await freePort();
    const server = opened(
      await EmbeddedInngest.start({
        port: 0,
        clock: machine.clock(),
        logger: log,
        watch: { urls: [], ports: [nobody, noApp.port, port], everyMs: 5 * SECOND, repeats: true },
      }),
    );
    while (noApp.asked() < 4) await nextTurn();

    opened(await serveFunctions(server.url, functions('a'), port));
    while (log.takeAboutApps().length === 0) {
      await nextTurn();
      machine.run(10);
    }

    const asked = noApp.asked();
    for (let turn = 0; turn < 50; turn++) {
      await nextTurn();
      machine.run(5 * SECOND);
    }
    expect(noApp.asked()).toBe(asked);
    const dev = (await (await fetch(`${server.url}/dev`)).json()) as { startOpts: unknown };
    expect(dev.startOpts).toEqual({ autodiscover: true, poll: true, persist: false });
  });
});
