import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { VirtualClock } from '../../clock/index.js';
import { AnswerBudget } from '../../common/bodies/index.js';
import { MAX_RESPONSE_BYTES } from '../../common/inngest-limits.js';
import type { EmbeddedOptions } from '../settings/embedded-options.js';
import type { ConnectedCaller } from '../connections/connected-caller.js';
import { AppCaller } from './app-caller.js';
import type { Call } from './call-builder.js';

/** Apps without connections. */
const NO_CONNECTIONS = {} as ConnectedCaller;

const HOUR = 60 * 60 * 1_000;

/** The clock of undici's own timeouts, which tests can advance. */
const undiciTime = createRequire(import.meta.url)('undici/lib/util/timers.js') as { tick(ms?: number): void };

describe('AppCaller', () => {
  it('waits for an app that takes an hour to begin its answer', async () => {
    const app = createServer().listen(0, '127.0.0.1');
    await once(app, 'listening');
    const url = `http://127.0.0.1:${(app.address() as AddressInfo).port}/`;
    const caller = new AppCaller(
      new VirtualClock(),
      { requestTimeoutMs: 2 * HOUR } as EmbeddedOptions,
      new AnswerBudget(),
      NO_CONNECTIONS,
    );
    const called = once(app, 'request') as Promise<[IncomingMessage, ServerResponse]>;
    const answer = caller.send('POST', url, {});
    const [, response] = await called;

    // The first tick starts new timers.
    undiciTime.tick();
    undiciTime.tick(HOUR);
    response.end('at last');

    await expect(answer).resolves.toMatchObject({ status: 200, body: 'at last' });
    await caller.onApplicationShutdown();
    app.close();
  });

  it.each(['before the headers', 'in the middle of the body'])(
    'ends a call whose answer stops %s, and its connection',
    async (where) => {
      const app = createServer().listen(0, '127.0.0.1');
      await once(app, 'listening');
      const url = `http://127.0.0.1:${(app.address() as AddressInfo).port}/`;
      const clock = new VirtualClock();
      const options = { requestTimeoutMs: HOUR } as EmbeddedOptions;
      const caller = new AppCaller(clock, options, new AnswerBudget(), NO_CONNECTIONS);
      const called = once(app, 'request') as Promise<[IncomingMessage, ServerResponse]>;
      const answer = caller.send('POST', url, {}).catch((error: unknown) => error);
      const [, response] = await called;
      const closed = once(response, 'close');
      if (where === 'in the middle of the body') {
        response.write('half');
        // The client has the headers when it has this half.
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      await clock.advance(HOUR);

      expect(String(await answer)).toContain(`no answer within ${HOUR} ms`);
      await closed;
      await caller.onApplicationShutdown();
      app.close();
    },
  );

  it('decompresses an answer and limits its decompressed size', async () => {
    const MIB = 1024 * 1024;
    let answer = Buffer.from('{"a":1}');
    const app = createServer((_request, response) => {
      response.setHeader('content-encoding', 'gzip').end(gzipSync(answer));
    }).listen(0, '127.0.0.1');
    await once(app, 'listening');
    const url = `http://127.0.0.1:${(app.address() as AddressInfo).port}/`;
    const answers = new AnswerBudget();
    const options = { requestTimeoutMs: 2 * HOUR } as EmbeddedOptions;
    const caller = new AppCaller(new VirtualClock(), options, answers, NO_CONNECTIONS);

    await expect(caller.send('POST', url, {})).resolves.toMatchObject({ status: 200, body: '{"a":1}' });
    answer = Buffer.alloc(8 * MIB + 1);
    await expect(caller.send('POST', url, {})).rejects.toThrow(`larger than ${8 * MIB} bytes`);

    expect(answers.taken).toBe(0);
    await caller.onApplicationShutdown();
    app.close();
  });

  it('fails a call whose response is larger than 8 MiB, with the message of the real server', async () => {
    const body = JSON.stringify('x'.repeat(MAX_RESPONSE_BYTES));
    const app = createServer((_, response) => response.setHeader('x-inngest-sdk', 'js:v4').end(body));
    await once(app.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(app.address() as AddressInfo).port}/`;
    const caller = new AppCaller(
      new VirtualClock(),
      { requestTimeoutMs: HOUR } as EmbeddedOptions,
      new AnswerBudget(),
      NO_CONNECTIONS,
    );

    const answer = await caller.call({ app: 'app', url, headers: {}, body: {} } as unknown as Call);

    expect(answer).toMatchObject({
      kind: 'failed',
      noRetry: false,
      error: {
        name: 'output_too_large',
        message: "Your function's response body exceeds the maximum size limit",
      },
    });
    await caller.onApplicationShutdown();
    app.close();
  });
});
