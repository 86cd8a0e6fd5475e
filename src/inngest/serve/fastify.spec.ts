import { once } from 'node:events';
import { Body, Controller, ForbiddenException, Injectable, Post } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { eventType } from 'inngest';
import { InngestFunction, type InngestContext, type InngestModuleOptions } from '../index.js';
import { call } from '../testing/call.js';
import { FakeInngest } from '../testing/fake-inngest.js';
import { testModule } from '../testing/start-app.js';

const asked = eventType('test/asked');

@Injectable()
class Functions {
  @InngestFunction({ id: 'echo', triggers: [asked] })
  echo({ event }: InngestContext<typeof asked>): unknown {
    return { size: (event.data.blob as string | undefined)?.length ?? 0 };
  }

  @InngestFunction({ id: 'step', triggers: [asked] })
  inStep({ step }: InngestContext<typeof asked>): Promise<string> {
    return step.run('greet', () => 'hello');
  }
}

@Controller('mine')
class Mine {
  @Post()
  post(@Body() body: { text: string }): string {
    return body.text;
  }
}

describe('On Fastify, the endpoint', () => {
  let inngest: FakeInngest;
  let app: NestFastifyApplication;
  let url: string;

  const start = async (
    options: Partial<InngestModuleOptions> = {},
    configure?: (app: NestFastifyApplication) => void,
  ): Promise<void> => {
    const moduleRef = await Test.createTestingModule({
      imports: [testModule({ baseUrl: inngest.url, ...options })],
      controllers: [Mine],
      providers: [Functions],
    }).compile();
    app = moduleRef.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
    configure?.(app);
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  };

  beforeEach(async () => {
    inngest = await FakeInngest.start();
  });
  afterEach(async () => {
    await app.close();
    await inngest.stop();
  });

  it('calls functions and steps, with bodies far over the limit of Fastify', async () => {
    await start();
    const event = { name: 'test/asked', data: { blob: 'x'.repeat(5 * 1024 * 1024) } };

    expect(await call(url, { fnId: 'app-echo', event })).toMatchObject({
      status: 200,
      body: { size: 5 * 1024 * 1024 },
    });
    expect(await call(url, { fnId: 'app-step' })).toMatchObject({
      status: 206,
      ops: [{ op: 'StepRun', displayName: 'greet', data: 'hello' }],
    });
  });

  it('leaves the other routes and their bodies to the application', async () => {
    await start();
    const answer = await fetch(`${url}/mine`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text: 'mine' }),
    });
    expect([answer.status, await answer.text()]).toEqual([201, 'mine']);
    expect((await fetch(`${url}/api/inngest/more`)).status).toBe(404);
  });

  it('stands before hooks, guards, prefixes and parsers of the application', async () => {
    await start({}, (nest) => {
      nest
        .getHttpAdapter()
        .getInstance()
        .addHook('onRequest', (_request, reply, _done) => {
          void reply.code(418).send('no');
        });
      nest.setGlobalPrefix('v1', { exclude: ['api/inngest'] });
    });
    expect((await fetch(`${url}/mine`)).status).toBe(418);
    expect(await call(url, { fnId: 'app-echo' })).toMatchObject({ status: 200 });
  });

  it('is registered once the application listens, at the path that is set', async () => {
    const registered = inngest.next('/fn/register');
    await start({ registration: 'auto', path: '/hooks/inngest' });
    await registered;
    expect(inngest.requests('/fn/register')[0]?.body).toMatchObject({ url: `${url}/hooks/inngest` });
    expect((await fetch(`${url}/hooks/inngest/`)).status).toBe(200);
  });

  it('is guarded by its own guards, which may answer, refuse or pass', async () => {
    const passed: string[] = [];
    await start({
      endpointGuards: [
        (request, response, next) => {
          passed.push(request.method ?? '');
          if (request.method === 'PUT') response.writeHead(429).end();
          else next();
        },
        (request, _response, next) =>
          next(request.method === 'GET' ? new ForbiddenException('not you') : undefined),
        (request) => {
          if (request.method === 'DELETE') throw new Error('broken');
        },
      ],
    });
    expect((await fetch(`${url}/api/inngest`, { method: 'PUT' })).status).toBe(429);
    const refused = await fetch(`${url}/api/inngest`);
    expect([refused.status, await refused.json()]).toEqual([
      403,
      { statusCode: 403, error: 'Forbidden', message: 'not you' },
    ]);
    expect((await fetch(`${url}/api/inngest`, { method: 'DELETE' })).status).toBe(500);
    expect(passed).toEqual(['PUT', 'GET', 'DELETE']);
  });

  it('refuses what is no call, and unsigned calls', async () => {
    await start({ isDev: false, signingKey: 'signkey-test-12345678' });
    expect((await call(url, { fnId: 'app-echo' })).status).toBe(401);
    await app.close();
    await start();
    const answer = await fetch(`${url}/api/inngest?fnId=app-echo`, { method: 'POST', body: '{' });
    expect(answer.status).toBe(400);
  });

  it('lets calls under way end when the application closes', async () => {
    await start();
    const answer = call(url, { fnId: 'app-echo' });
    await once(app.getHttpServer(), 'request');
    const closing = app.close();
    expect((await answer).status).toBe(200);
    await closing;
  });
});
