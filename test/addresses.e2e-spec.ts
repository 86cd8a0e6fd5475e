import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { text } from 'node:stream/consumers';
import { Logger } from '@nestjs/common';
import { VirtualClock } from '../src/clock/index.js';
import { EmbeddedInngest } from '../src/embedded/index.js';
import { Registration } from '../src/embedded/registration/registration.js';
import { ask, type Answer } from './support/bad-input/send-request.js';
import { closeAfterAll, closeAfterEach } from './support/close-after-each.js';
import { SdkApp, startFunctions, type Define } from './support/sdk-functions.js';

/** An address of this machine that other machines use too. */
const OUTSIDE = Object.values(networkInterfaces())
  .flat()
  .find((at) => at?.family === 'IPv4' && !at.internal)?.address;

const closing = closeAfterEach();
const closingPrograms = closeAfterAll();

/** A program that answers every request with this. */
async function programThat(
  answers: (
    request: IncomingMessage,
    body: string,
    url: string,
  ) => { status?: number; json: unknown } | Promise<{ status?: number; json: unknown }>,
): Promise<{ url: string; asked: string[]; close(): Promise<void> }> {
  const asked: string[] = [];
  const http = createServer((request, response) => {
    asked.push(request.method ?? '');
    void text(request).then(async (body) => {
      const { status = 200, json } = await answers(request, body, url);
      response.writeHead(status, { 'content-type': 'application/json', 'x-inngest-sdk': 'x:v1' });
      response.end(JSON.stringify(json));
    });
  }).listen(0, '127.0.0.1');
  await once(http, 'listening');
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/api/inngest`;
  const close = async (): Promise<void> => {
    http.closeAllConnections();
    http.close();
    await once(http, 'close');
  };
  return closingPrograms({ url, asked, close });
}

/** The registration of an app with one function. */
function registration(name: string, url: string, functionUrl = url): Record<string, unknown> {
  const runtime = { type: 'http', url: `${functionUrl}?fnId=${name}-fn&stepId=step` };
  const steps = { step: { id: 'step', name: 'step', runtime } };
  const fn = { id: `${name}-fn`, name: 'fn', triggers: [{ event: 'go' }], steps };
  return { appName: name, url, functions: [fn] };
}

/** The warnings that are logged during the work. */
async function logged(work: () => Promise<unknown>): Promise<unknown[]> {
  const lines: unknown[] = [];
  const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation((line: unknown) => lines.push(line));
  await work();
  warn.mockRestore();
  return lines;
}

function register(
  server: EmbeddedInngest,
  body: object,
  headers: Record<string, string> = {},
  at = server.url,
): Promise<Answer> {
  return ask(at, {
    method: 'POST',
    path: '/fn/register',
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(JSON.stringify(body)),
  });
}

const NOBODY = 'http://127.0.0.1:9/api/inngest';

describe('The address of an app on a server without keys', () => {
  let server: EmbeddedInngest;
  /** The app of a test, and an address of it where nothing answers. */
  let id: string;
  let nobody: string;
  let apps = 0;

  beforeAll(async () => {
    server = await EmbeddedInngest.start({
      port: 0,
      host: '0.0.0.0',
      clock: new VirtualClock(),
      logger: false,
    });
  });

  afterAll(() => server.close());

  beforeEach(() => {
    id = `app-${++apps}`;
    nobody = `http://127.0.0.1:9/${id}`;
  });

  const addressOf = async (name: string): Promise<string | undefined> => {
    const { text: body } = await ask(server.url, { method: 'GET', path: '/dev' });
    const { handlers } = JSON.parse(body) as { handlers: { sdk: { url: string; appName: string } }[] };
    return handlers.find(({ sdk }) => sdk.appName === name)?.sdk.url;
  };

  const refused = async (body: object, why: string | RegExp): Promise<void> => {
    const answer = JSON.parse((await register(server, body)).text) as object;
    expect(answer).toEqual({ error: expect.stringMatching(why), data: null, status: 403 });
  };

  it('stays when nothing answers at the new address', async () => {
    const app = await programThat(() => ({ json: {} }));
    await register(server, registration(id, app.url));

    await refused(registration(id, nobody), /connect ECONNREFUSED/);

    expect(await addressOf(id)).toBe(app.url);
    expect(app.asked).toEqual([]);
  });

  it.each([
    ['answers whatever it is asked', () => ({ json: 'stolen' })],
    ['refuses', () => ({ status: 404, json: {} })],
    ['is another app', (_: unknown, __: unknown, url: string) => ({ json: inBand('other', url) })],
    ['says that its functions are elsewhere', () => ({ json: inBand(id, nobody) })],
  ])('stays when the program at the new address %s', async (_, answers) => {
    const program = await programThat(answers);
    await register(server, registration(id, nobody));

    await refused(registration(id, program.url), `The app "${id}" is registered at ${nobody}`);

    expect(program.asked).toEqual(['PUT']);
    expect(await addressOf(id)).toBe(nobody);
  });

  it('stays when only the functions have another address', async () => {
    await register(server, registration(id, nobody));

    await refused(
      registration(id, nobody, 'http://127.0.0.1:6666/x'),
      /A registration for http:\/\/localhost:6666\/x was refused/,
    );
  });

  it.each<[string, (runtime: object) => object]>([
    ['Steps', (runtime) => ({ Steps: { step: { id: 'step', name: 'step', runtime } } })],
    ['STEPS beside Steps', (runtime) => ({ Steps: { step: { runtime } }, STEPS: { step: { runtime } } })],
    [
      'Runtime',
      (runtime) => ({ steps: { step: { id: 'step', name: 'step', runtime: null, Runtime: runtime } } }),
    ],
    ['URL', () => ({ steps: { step: { runtime: { type: 'http', URL: 'http://127.0.0.1:6666/x' } } } })],
  ])('stays when the functions have another address, in the spelling %s', async (_, config) => {
    const known = registration(id, nobody);
    await register(server, known);
    const runtime = { type: 'http', url: 'http://127.0.0.1:6666/x' };
    const { steps: _steps, ...fn } = (known['functions'] as Record<string, unknown>[])[0]!;

    await refused({ ...known, functions: [{ ...fn, ...config(runtime) }] }, /:6666\/x was refused/);
  });

  it('stays when an app that the server asks to sync answers as another app', async () => {
    await register(server, registration(id, nobody));
    const thief = 'http://10.255.255.1:6666/api/inngest';
    const answer = { ...registration(id, thief), app_id: id };

    await expect(
      server.app.get(Registration).register(answer, { kind: 'answer', from: thief, isNamed: false }),
    ).rejects.toThrow(/it is the answer from .*, which is another app's address/);

    expect(await addressOf(id)).toBe(nobody);
  });

  it('stays when the app answers a sync request by registering functions at another address; the server asks it once', async () => {
    const answers: Answer[] = [];
    const again = (url: string): object => registration(id, url, 'http://127.0.0.1:6666/x');
    const app = await programThat(async (_, __, url) => {
      answers.push(await register(server, again(url)));
      return { json: {} };
    });
    await register(server, registration(id, nobody));

    await refused(again(app.url), `did not confirm that it is "${id}"`);

    expect(answers.map(({ status }) => status)).toEqual([403]);
    expect(app.asked).toEqual(['PUT']);
  });

  it('is not taken by an app with another name', async () => {
    const app = await programThat(() => ({ json: inBand(id, app.url) }));
    await register(server, registration(id, app.url));

    await refused({ ...registration('thief', app.url), functions: [] }, /did not confirm that it is "thief"/);

    const { text: body } = await ask(server.url, { method: 'GET', path: `/api/v2/apps/${id}/functions` });
    expect(JSON.parse(body)).toMatchObject({ data: [{ id: 'fn' }] });
  });

  // A machine without a network has only the loopback address.
  const describeWithNetwork = OUTSIDE === undefined ? describe.skip : describe;
  describeWithNetwork('on a machine that others reach,', () => {
    it('stays when another machine registers, even if the app answers', async () => {
      const app = await programThat(() => ({ json: inBand(id, app.url) }));
      await register(server, registration(id, nobody));

      const outside = server.url.replace('localhost', OUTSIDE!);
      const { status, text: said } = await register(server, registration(id, app.url), {}, outside);

      expect([status, said]).toEqual([403, expect.stringContaining(`came unsigned from ${OUTSIDE}`)]);
      expect(app.asked).toEqual([]);
    });
  });

  it('changes when the app at the new address confirms it, and the log names both addresses', async () => {
    const app = await programThat(() => ({ json: inBand(id, app.url) }));
    await register(server, registration(id, nobody));
    const lines = await logged(async () => {
      expect((await register(server, registration(id, app.url))).status).toBe(200);
      expect((await register(server, registration(id, app.url))).status).toBe(200);
    });

    expect(await addressOf(id)).toBe(app.url);
    expect(lines).toEqual([
      expect.stringContaining(`App "${id}" moved from ${nobody} to ${app.url}, where the server calls it`),
    ]);
  });

  it('needs no confirmation for a new app, or when a known app changes its functions', async () => {
    expect((await register(server, registration(id, nobody))).status).toBe(200);
    expect((await register(server, { ...registration(id, nobody), functions: [] })).status).toBe(200);
    expect((await register(server, registration(id, nobody.replace('127.0.0.1', 'localhost')))).status).toBe(
      200,
    );
  });
});

function inBand(name: string, url: string): object {
  const { functions } = registration(name, url);
  return { app_id: name, url, functions, sdk: 'x:v1', framework: 'x' };
}

describe('An app of the unmodified SDK', () => {
  const naming =
    (answer: string): Define =>
    (client) => [client.createFunction({ id: 'fn', triggers: { event: 'go' } }, () => answer)];

  it.each([false, true])('moves by registering itself (in-band: %s)', async (inBandToo) => {
    const inngest = closing(await startFunctions(() => []));
    const first = await SdkApp.start(inngest, 'app', naming('first'));
    await first.close();
    const second = closing(await SdkApp.listen(inngest, 'app', naming('second'), { inBand: inBandToo }));

    if (inBandToo) expect((await register(inngest.server, registration('app', second.url))).status).toBe(200);
    else expect(await (await fetch(second.url, { method: 'PUT' })).json()).toMatchObject({ modified: true });

    const [id] = await inngest.send({ name: 'go' });
    expect((await inngest.ended(id)).output).toEqual({ data: 'second' });
  });

  it('moves when the operator lets the server ask it to sync', async () => {
    const inngest = closing(await startFunctions(() => []));
    const first = await SdkApp.start(inngest, 'app', naming('first'));
    await first.close();
    closing(await SdkApp.start(inngest, 'app', naming('second')));

    const [id] = await inngest.send({ name: 'go' });
    expect((await inngest.ended(id)).output).toEqual({ data: 'second' });
  });
});

describe('A server that other machines can reach', () => {
  it('logs a warning at the start, unless it has a signing key', async () => {
    const open = { port: 0, host: '0.0.0.0', logger: false } as const;
    const lines = await logged(async () => {
      closing(await EmbeddedInngest.start({ ...open, host: '127.0.0.1' }));
      closing(await EmbeddedInngest.start({ ...open, signingKey: 'ab' }));
    });
    expect(lines).toEqual([]);

    expect(await logged(async () => closing(await EmbeddedInngest.start(open)))).toEqual([
      expect.stringMatching(/listens on 0.0.0.0 without a signing key\. Everybody/),
    ]);
  });
});

describe('The address of an app on a server with a signing key', () => {
  it('changes for requests that show the key, and for no others; the log names each change', async () => {
    const signingKey = 'ab'.repeat(16);
    const server = closing(await EmbeddedInngest.start({ port: 0, logger: false, signingKey }));
    const authorization = `Bearer ${signingKey}`;
    await register(server, registration('app', NOBODY), { authorization });
    const moved = registration('app', 'http://10.0.0.7:3000/api/inngest');

    const elsewhere = registration('app', NOBODY, 'http://10.0.0.7:3000/x');

    expect((await register(server, moved)).status).toBe(401);
    const lines = await logged(async () => {
      expect((await register(server, elsewhere, { authorization })).status).toBe(200);
      expect((await register(server, moved, { authorization })).status).toBe(200);
      expect(
        (await register(server, registration('new', moved['url'] as string), { authorization })).status,
      ).toBe(200);
    });

    expect(lines).toEqual([
      expect.stringContaining(`moved from ${NOBODY} to ${NOBODY} and http://10.0.0.7:3000/x, where`),
      expect.stringContaining(
        'moved from http://127.0.0.1:9/api/inngest to http://10.0.0.7:3000/api/inngest, where',
      ),
      'App "new" replaces "app" at http://10.0.0.7:3000/api/inngest',
    ]);
  });
});
