import { createHmac } from 'node:crypto';
import {
  Body,
  Catch,
  Controller,
  Get,
  Injectable,
  Post,
  RequestMethod,
  ValidationPipe,
  VersioningType,
  type ArgumentsHost,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type CallHandler,
  type INestApplication,
  type NestInterceptor,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import type { NextFunction, Request, Response } from 'express';
import { eventType, type Inngest } from 'inngest';
import { map, type Observable } from 'rxjs';
import { VirtualClock } from '../../clock/index.js';
import { getInngestToken, InngestFunction, InngestModule, type InngestContext } from '../index.js';
import { call, callBody } from '../testing/call.js';
import { startApp, type StartedApp, type StartOptions } from '../testing/start-app.js';

const asked = eventType('test/asked');
const MIB = 1024 * 1024;

@Injectable()
class Functions {
  @InngestFunction({ id: 'echo', triggers: [asked] })
  echo({ event }: InngestContext<typeof asked>): unknown {
    return { size: (event.data.blob as string | undefined)?.length ?? 0, data: event.data.small ?? null };
  }
}

class DenyEverything implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

class WrapEverything implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((data: unknown) => ({ data })));
  }
}

@Catch()
class TeapotForEverything implements ExceptionFilter {
  catch(_error: unknown, host: ArgumentsHost): void {
    host.switchToHttp().getResponse<Response>().status(418).json({ teapot: true });
  }
}

@Controller('mine')
class HostController {
  @Get()
  get(): string {
    return 'mine';
  }

  @Post()
  post(@Body() body: { blob?: string }): number {
    return body.blob?.length ?? 0;
  }
}

describe('The endpoint', () => {
  let started: StartedApp | undefined;
  const start = async (options: StartOptions = {}): Promise<StartedApp> =>
    (started = await startApp({ providers: [Functions], controllers: [HostController], ...options }));

  afterEach(async () => {
    await started?.app.close();
    started = undefined;
  });

  it('answers GET with what it serves, and other methods with 405', async () => {
    const { url } = await start();

    const inspection = await fetch(`${url}/api/inngest`);
    const deletion = await fetch(`${url}/api/inngest`, { method: 'DELETE' });

    expect(inspection.status).toBe(200);
    expect(await inspection.json()).toMatchObject({ function_count: 1, mode: 'dev', has_signing_key: false });
    expect(deletion.status).toBe(405);
  });

  it('says which function is unknown', async () => {
    const { url } = await start();

    const answer = await call(url, { fnId: 'app-nope' });

    expect(answer.status).toBe(500);
    expect(answer.body).toMatchObject({ message: expect.stringContaining('"app-nope" was not found') });
  });

  it.each([
    ['[]', 'the body must be a JSON object'],
    ['{"event":{}}', 'ctx must be an object with a run_id'],
    ['{"ctx":{"run_id":"r"}}', 'event must be an object'],
    [
      '{"ctx":{"run_id":"r"},"event":{},"events":5,"steps":[]}',
      'events must be an array of objects, steps must be an',
    ],
    ['['.repeat(100_000), 'nested too deeply'],
    [Buffer.from('"\xff"', 'latin1'), 'not valid UTF-8'],
  ])('answers what is no call 400 and says why: %.40s', async (body, words) => {
    const { url, logger } = await start();

    const answer = await fetch(`${url}/api/inngest?fnId=app-echo&stepId=step`, { method: 'POST', body });

    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ statusCode: 400, message: expect.stringContaining(words) });
    expect(logger.matching(/^error A call to \/api\/inngest was answered 400/)).toHaveLength(1);
  });

  it('leaves neighbouring paths to the application', async () => {
    const { url } = await start();

    expect((await fetch(`${url}/api/inngest/more`)).status).toBe(404);
    expect(await (await fetch(`${url}/mine`)).text()).toBe('mine');
  });

  it('answers when global guards, pipes, interceptors and filters would each refuse or change it', async () => {
    const { url } = await start({
      configure: (app) => {
        app.useGlobalGuards(new DenyEverything());
        app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true }));
        app.useGlobalInterceptors(new WrapEverything());
        app.useGlobalFilters(new TeapotForEverything());
        app.use((_request: unknown, response: Response) => response.status(503).end());
      },
    });

    const answer = await call(url, { fnId: 'app-echo', event: { name: 'test/asked', data: { small: 1 } } });

    expect(answer).toMatchObject({ status: 200, body: { size: 0, data: 1 } });
    expect((await fetch(`${url}/api/inngest`)).status).toBe(200);
    expect((await fetch(`${url}/mine`)).status).toBe(503);
  });

  it('is not wrapped by a global interceptor alone, while the rest of the application is', async () => {
    const { url } = await start({ configure: (app) => app.useGlobalInterceptors(new WrapEverything()) });

    expect(await (await fetch(`${url}/mine`)).json()).toEqual({ data: 'mine' });
    expect((await call(url, { fnId: 'app-echo' })).body).toEqual({ size: 0, data: null });
  });

  describe.each([true, false])('with bodyParser: %s', (bodyParser) => {
    const post = (url: string, body: string): Promise<globalThis.Response> =>
      fetch(`${url}/api/inngest?fnId=app-echo&stepId=step`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });

    it('answers malformed JSON 400 in JSON, and logs it', async () => {
      const { url, logger } = await start({ nest: { bodyParser } });

      const answer = await post(url, '{bad');

      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({
        message: expect.stringMatching(/^the body is not valid JSON/),
      });
      expect(logger.matching(/^error A call to \/api\/inngest was answered 400/)).toHaveLength(1);
    });
  });

  it('leaves the application its own body parser and limit', async () => {
    const { url } = await start();
    const post = (blob: string): Promise<globalThis.Response> =>
      fetch(`${url}/mine`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ blob }),
      });

    expect(await (await post('abc')).text()).toBe('3');
    expect((await post('x'.repeat(200_000))).status).toBe(413);
  });

  it('works the same under NestFactory, where the adapter exists before the providers', async () => {
    const app = await NestFactory.create(
      {
        module: class {},
        imports: [InngestModule.forRoot({ id: 'app', isDev: true })],
        providers: [Functions],
      },
      { logger: false },
    );
    try {
      app.useGlobalGuards(new DenyEverything());
      await app.listen(0, '127.0.0.1');
      const blob = 'x'.repeat(MIB);

      const answer = await call(await app.getUrl(), {
        fnId: 'app-echo',
        event: { name: 'test/asked', data: { blob } },
        disableImmediateExecution: true,
      });

      expect(answer).toMatchObject({ status: 200, body: { size: MIB } });
    } finally {
      await app.close();
    }
  });

  it('refuses to start on another platform than Express', async () => {
    class OtherAdapter extends ExpressAdapter {
      override getType(): string {
        return 'other';
      }
    }
    const module = await Test.createTestingModule({
      imports: [InngestModule.forRoot({ id: 'app', isDev: true })],
    }).compile();

    const app = module.createNestApplication(new OtherAdapter(), { logger: false });

    await expect(app.init()).rejects.toThrow(
      'this application runs on "other". Use @nestjs/platform-express.',
    );
  });

  it('lets a standalone application context have the client without serving', async () => {
    const context = await NestFactory.createApplicationContext(
      { module: class {}, imports: [InngestModule.forRoot({ id: 'app', isDev: true })] },
      { logger: false },
    );

    expect(context.get<Inngest>(getInngestToken()).id).toBe('app');
    await context.close();
  });

  describe('with a global prefix', () => {
    const prefixed =
      (exclude?: Parameters<INestApplication['setGlobalPrefix']>[1]) => (app: INestApplication) => {
        app.setGlobalPrefix('v1', exclude);
      };

    it('refuses to start, naming the fix', async () => {
      await expect(start({ configure: prefixed() })).rejects.toThrow(
        "The global prefix \"v1\" would move /api/inngest, where Inngest calls this app. Exclude it: app.setGlobalPrefix('v1', { exclude: ['api/inngest'] }).",
      );
    });

    it('refuses to start when only some of its methods are excluded', async () => {
      const exclude = [{ path: 'api/inngest', method: RequestMethod.POST }];

      await expect(start({ configure: prefixed({ exclude }) })).rejects.toThrow('would move /api/inngest');
    });

    it.each(['/', ''])('takes the prefix "%s", which moves nothing', async (prefix) => {
      const { url } = await start({ configure: (app) => app.setGlobalPrefix(prefix) });

      expect((await call(url, { fnId: 'app-echo' })).status).toBe(200);
      expect((await fetch(`${url}/mine`)).status).toBe(200);
    });

    it.each(['v1/', '/v1', '//'])('refuses "%s", which does', async (prefix) => {
      await expect(start({ configure: (app) => app.setGlobalPrefix(prefix) })).rejects.toThrow(
        'would move /api/inngest',
      );
    });

    it('starts, and stays in place, once it is excluded', async () => {
      const { url } = await start({ configure: prefixed({ exclude: ['api/inngest'] }) });

      expect((await call(url, { fnId: 'app-echo' })).status).toBe(200);
      expect((await fetch(`${url}/v1/mine`)).status).toBe(200);
    });
  });

  it('stays in place when the application versions its routes', async () => {
    const { url } = await start({
      configure: (app) => app.enableVersioning({ type: VersioningType.URI, defaultVersion: '2' }),
    });

    expect((await call(url, { fnId: 'app-echo' })).status).toBe(200);
    expect((await fetch(`${url}/v2/mine`)).status).toBe(200);
  });

  it('answers through its route too, when middleware of the application redirects there', async () => {
    const { url } = await start({
      configure: (app) => {
        app.enableVersioning({ type: VersioningType.URI, defaultVersion: '2' });
        app.use((request: Request, _response: Response, next: NextFunction) => {
          request.url = request.url.replace('/elsewhere', '/api/inngest');
          next();
        });
      },
    });

    const answer = await fetch(`${url}/elsewhere?fnId=app-echo&stepId=step`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(callBody({ fnId: 'app-echo' })),
    });

    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ size: 0, data: null });
    expect((await fetch(`${url}/elsewhere`)).status).toBe(200);
    expect((await fetch(`${url}/elsewhere`, { method: 'PUT' })).headers.get('x-inngest-framework')).toBe(
      'nestjs',
    );
  });

  it('serves calls inside the clock, so that a sleeping call lets virtual time pass', async () => {
    const clock = new VirtualClock();
    @Injectable()
    class Sleeper {
      @InngestFunction({ id: 'sleeper', triggers: [asked] })
      async sleep(): Promise<string> {
        await clock.sleep(60_000);
        return 'slept';
      }
    }
    const { url } = await start({ clock, providers: [Sleeper] });
    const before = clock.now();

    let body: unknown;
    const answer = clock.calling('the call', async (headers) => {
      ({ body } = await call(url, { fnId: 'app-sleeper', headers }));
    });
    await clock.pass(() => body !== undefined);
    await answer;

    expect(body).toBe('slept');
    expect(clock.now() - before).toBe(60_000);
  });

  describe('outside of dev mode', () => {
    const signingKey = 'signkey-prod-0123456789abcdef';
    const body = callBody({ fnId: 'app-echo' });
    const sign = (key: string, seconds: number): string => {
      const hmac = createHmac('sha256', key.replace(/^signkey-\w+-/, ''));
      return `t=${seconds}&s=${hmac.update(canonical(body) + seconds).digest('hex')}`;
    };
    const headers = (key: string): Record<string, string> => ({
      'x-inngest-signature': sign(key, Math.round(Date.now() / 1000)),
    });

    it.each([
      ['unsigned', undefined],
      ['signed with another key', headers('signkey-prod-fedcba9876543210')],
      ['signed long ago', { 'x-inngest-signature': sign(signingKey, 1_700_000_000) }],
    ])('refuses a call that is %s', async (_, given) => {
      const { url, logger } = await start({ inngest: { isDev: false, signingKey } });

      const answer = await call(url, { fnId: 'app-echo', ...(given && { headers: given }) });

      expect(answer.status).toBe(401);
      expect(logger.matching(/^error Signature validation failed/)).toHaveLength(1);
    });

    it('refuses an unsigned look at what it serves', async () => {
      const { url } = await start({ inngest: { isDev: false, signingKey } });

      expect((await fetch(`${url}/api/inngest`)).status).toBe(401);
    });

    it('runs a call that is signed', async () => {
      const { url } = await start({ inngest: { isDev: false, signingKey } });

      const answer = await call(url, { fnId: 'app-echo', headers: headers(signingKey) });

      expect(answer).toMatchObject({ status: 200, body: { size: 0, data: null } });
    });
  });
});

/** JSON with sorted keys and without spaces, as the signature requires. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
