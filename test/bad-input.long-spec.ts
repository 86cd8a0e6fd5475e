import * as fc from 'fast-check';
import { ask, askRaw, type Answer, type Sent } from './support/bad-input/send-request.js';
import { badRequests } from './support/bad-input/requests.js';
import { embeddedRoutes, routesOf, workerRoutes, type Route } from './support/bad-input/routes.js';
import { startBadInputSetup, type BadInputSetup } from './support/bad-input/setup.js';

/** A fixed seed, so that a fault is reproducible. Set `BAD_INPUT_SEED` or `BAD_INPUT_RUNS` to try other or more requests. */
const SEED = Number(process.env['BAD_INPUT_SEED'] ?? 20_261_125);
/** The approximate number of requests per route and kind of bad input. */
const RUNS = Number(process.env['BAD_INPUT_RUNS'] ?? 8);

const NO_ONE: Parameters<typeof embeddedRoutes>[0] = { ids: [], parameters: {}, calls: [], appUrl: '' };

describe('Bad input', () => {
  let setup: BadInputSetup;

  beforeAll(async () => {
    setup = await startBadInputSetup();
  });

  afterAll(() => setup.close());

  /** Throws unless the server accepts the request, or refuses it with a reason and without changing its state. */
  const mustBeAnsweredWell = async (
    url: string,
    { route, refusal }: Route,
    sent: Sent,
    isBad = false,
  ): Promise<void> => {
    const before = setup.state();
    const answer = await ask(url, sent);
    if (isBad && answer.status < 400) throw new Error(`It was taken: ${said(answer)}`);
    if (answer.status < 400) return;
    if (answer.status >= 500 && answer.status !== refusal?.status) throw new Error(said(answer));
    if (mistakeIn(answer) === '') throw new Error(`It does not say why: ${said(answer)}`);
    // As on the real server, the events before a bad one are stored; their ids are in the answer.
    if (route === 'POST /e/:key' && !answer.text.includes('"ids":[""]')) return;
    if (setup.state() !== before) throw new Error(`It was half done: ${said(answer)}`);
  };

  const fuzz = async (url: string, route: Route): Promise<void> => {
    for (const { requests, weight, areAllBad } of Object.values(badRequests(route, setup))) {
      await fc.assert(
        fc.asyncProperty(requests, (sent) => mustBeAnsweredWell(url, route, sent, areAllBad)),
        { seed: SEED, numRuns: Math.ceil(weight * RUNS), includeErrorInReport: true },
      );
    }
    expect(
      (await ask(url, { method: 'GET', path: url === setup.inngest.url ? '/health/live' : '/health' }))
        .status,
    ).toBe(200);
  };

  const routeOf = (routes: readonly Route[], name: string): Route =>
    routes.find(({ route }) => route === name) as Route;

  describe('to the embedded server', () => {
    it('is tried on every route', () => {
      const tried = embeddedRoutes(NO_ONE).map(({ route }) => route);

      expect(tried.toSorted()).toEqual(routesOf(setup.inngest.server.app).toSorted());
    });

    it.each(embeddedRoutes(NO_ONE).map(({ route }) => route))('is refused by name: %s', async (name) => {
      await fuzz(setup.inngest.server.url, routeOf(embeddedRoutes(setup), name));
    });
  });

  describe('to the worker', () => {
    it('is tried on every route', () => {
      const tried = workerRoutes.map(({ route }) => route);

      expect(tried.toSorted()).toEqual(routesOf(setup.inngest.app.nest).toSorted());
    });

    it.each(workerRoutes.map(({ route }) => route))('is refused by name: %s', async (name) => {
      await fuzz(setup.inngest.url, routeOf(workerRoutes, name));
    });
  });

  describe('before any route', () => {
    const target = fc.oneof(
      fc.constantFrom(
        '/',
        '//',
        '///',
        '*',
        '/%',
        '/%ff',
        'http://[',
        'http://',
        'http://a:b/',
        '?',
        '/v1/realtime/connect',
      ),
      fc
        .constantFrom('', 'x', 'a.b.c', '..', '%ff', '%00')
        .map((token) => `/v1/realtime/connect?token=${token}`),
      fc.webUrl(),
    );
    const host = fc.constantFrom(
      'localhost',
      'localhost:1',
      '[',
      '',
      'evil.example',
      'a b',
      '127.0.0.1:99999',
    );
    const upgrade = [
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    ];

    it.each([
      ['the embedded server', 'upgrade', upgrade],
      ['the embedded server', 'plain request', ['Connection: close']],
      ['the worker', 'upgrade', [...upgrade, 'Connection: close']],
      ['the worker', 'plain request', ['Connection: close']],
    ])('does not end %s: %s', async (server, _kind, headers) => {
      const url = server === 'the worker' ? setup.inngest.url : setup.inngest.server.url;
      await fc.assert(
        fc.asyncProperty(target, host, fc.boolean(), async (path, name, breakOff) => {
          const text = [`GET ${path} HTTP/1.1`, `Host: ${name}`, ...headers, '', ''].join('\r\n');
          const answer = await askRaw(url, text, { breakOff });
          if (!breakOff && !/^HTTP\/1\.1 [234]\d\d /.test(answer)) throw new Error(answer);
        }),
        { seed: SEED, numRuns: 6 * RUNS, includeErrorInReport: true },
      );
      expect(
        (await ask(url, { method: 'GET', path: server === 'the worker' ? '/health/live' : '/health' }))
          .status,
      ).toBe(200);
    });
  });
});

function said({ status, text }: Answer): string {
  return `${status} ${text.slice(0, 300)}`;
}

/** The error message in an answer of the protocol, of the v2 API or of Nest, or the plain text. */
function mistakeIn({ status, headers, text }: Answer): string {
  if (status === 405) return headers.allow ?? text;
  try {
    const { error, message, errors } = JSON.parse(text) as {
      error?: string;
      message?: string | string[];
      errors?: { message?: string }[];
    };
    return String(message ?? errors?.[0]?.message ?? error ?? '').trim();
  } catch {
    return text.trim();
  }
}
