import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TargetApi } from './target-api.js';
import { TargetHttp } from './target-http.js';

/** The answer to the n-th request; undefined for no answer at all. */
type Answers = (n: number, url: URL) => object | undefined;

let server: Server;
let url: string;
let asked: number;

async function serve(answers: Answers): Promise<void> {
  asked = 0;
  server = createServer((request, response) => {
    const answer = answers(++asked, new URL(request.url ?? '/', 'http://localhost'));
    if (answer) response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://localhost:${(server.address() as AddressInfo).port}`;
}

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const SECOND_MS = 1_000;
const at = (second: number): string => new Date(1_900_000_000_000 + second * SECOND_MS).toISOString();

describe('Asking an Inngest', () => {
  it('asks once more when one answer does not come in time', async () => {
    await serve((n) => (n === 1 ? undefined : { data: [] }));
    const http = new TargetHttp({ url }, 1_000);
    await expect(http.ask('GET', `${url}/api/v2/runs`)).resolves.toMatchObject({ status: 200 });
    expect(asked).toBe(2);
  });

  it('gives up on one that does not answer at all, and never gives a command twice', async () => {
    await serve(() => undefined);
    const http = new TargetHttp({ url }, 400);
    await expect(http.ask('GET', `${url}/api/v2/runs`)).rejects.toThrow('no answer within 0.4 s');
    await expect(http.ask('POST', `${url}/api/v2/runs/x/rerun`, {})).rejects.toThrow('no answer');
    expect(asked).toBe(3);
  });

  it('reads the error of a failed run bare, though lists wrap it', async () => {
    const error = { name: 'TypeError', message: 'broken', stack: 'TypeError: broken' };
    await serve(() => ({ data: [{ id: 'r', status: 'FAILED', endedAt: at(1), output: { error } }] }));
    const [run] = await new TargetApi({ url }).runsOfEvent('e');
    expect(run?.output).toEqual(error);
  });

  it('takes a run that has ended already for cancelled', async () => {
    await serve(() => ({ errors: [{ code: 'run_already_ended' }] }));
    server.prependListener('request', (_, response) => (response.statusCode = 409));
    await expect(new TargetApi({ url }).cancel('r')).resolves.toBe(true);
  });

  it('reads on until the moment that a list is asked from, page after page', async () => {
    // 10 pages of 2 runs. The runs are a second apart, newest first.
    await serve((_, { searchParams }) => {
      const page = Number(searchParams.get('cursor') ?? 0);
      const run = (i: number): object => ({ id: `r${i}`, status: 'COMPLETED', queuedAt: at(100 - i) });
      return {
        data: [run(2 * page), run(2 * page + 1)],
        page: { hasMore: page < 9, cursor: String(page + 1) },
      };
    });
    const api = new TargetApi({ url });
    const recent = await api.runs({ from: Date.parse(at(94)) });
    expect(recent.map(({ id }) => id)).toEqual(['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7']);
    const found = await api.runs({ from: 0 }, (runs) => runs.some(({ id }) => id === 'r2'));
    expect(found).toHaveLength(4);
    expect(await api.runs({ from: 0 })).toHaveLength(20);
  });
});
