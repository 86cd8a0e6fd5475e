import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { InngestHarness } from '../src/testing/nest.js';
import { returned, startFunctions } from './support/sdk-functions.js';

describe('The headers of step.fetch', () => {
  let site: Server;
  let url: string;
  let seen: IncomingHttpHeaders[];
  let inngest: InngestHarness;

  beforeAll(async () => {
    site = createServer((request, response) => {
      seen.push(request.headers);
      request.resume();
      response.setHeader('Set-Cookie', ['a=1; Path=/', 'b=2']);
      response.setHeader('X-Many', ['one', 'two']);
      response.end('body');
    });
    site.listen(0, '127.0.0.1');
    await once(site, 'listening');
    url = `http://localhost:${(site.address() as AddressInfo).port}`;
    inngest = await startFunctions((app) => [
      app.createFunction({ id: 'fn', triggers: { event: 'go' }, retries: 2 }, async ({ step, event }) => {
        const response = await step.fetch(url, event.data as RequestInit);
        return { status: response.status, headers: Object.fromEntries(response.headers) as object };
      }),
    ]);
  });

  afterAll(async () => {
    await inngest.close();
    site.closeAllConnections();
    site.close();
  });

  beforeEach(() => {
    seen = [];
  });

  const run = async (init: object): Promise<unknown> => {
    const [id] = await inngest.send({ name: 'go', data: init });
    return returned(await inngest.ended(id));
  };

  it('keeps all of several Set-Cookie, joined by a comma as other repeated headers', async () => {
    expect(await run({})).toMatchObject({
      status: 200,
      headers: { 'set-cookie': 'a=1; Path=/,b=2', 'x-many': 'one, two' },
    });
  });

  it.each([
    ['transfer-encoding', 'chunked'],
    ['keep-alive', 'timeout=5'],
    ['Upgrade', 'websocket'],
    ['expect', '100-continue'],
    ['connection', 'close'],
    ['Connection', 'close, x-hop'],
    ['te', 'trailers'],
    ['trailer', 'x-checksum'],
    ['proxy-connection', 'keep-alive'],
    ['content-length', '3'],
  ])('leaves out %s: %s, which is for one connection, and sends the others', async (name, value) => {
    const headers = { [name]: value, 'x-hop': '1', 'x-kept': 'yes' };

    expect(await run({ method: 'POST', body: 'the body', headers })).toMatchObject({ status: 200 });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ 'x-kept': 'yes' });
    expect(seen[0]?.['x-hop']).toBe(value.includes('x-hop') ? undefined : '1');
    expect(seen[0]?.[name.toLowerCase()]).not.toBe(value);
  });
});
