import { Controller, Inject, Injectable, Module, Scope } from '@nestjs/common';
import { eventType, NonRetriableError, type Inngest } from 'inngest';
import {
  getInngestToken,
  InjectInngest,
  InngestFunction,
  InngestModule,
  OnInngestFailure,
  type InngestContext,
  type InngestFailureContext,
} from './index.js';
import { call } from './testing/call.js';
import { startApp, type StartedApp, type StartOptions } from './testing/start-app.js';

const asked = eventType('test/asked');

@Injectable()
class Greeter {
  greet(name: string): string {
    return `hello ${name}`;
  }
}

@Injectable()
class Greetings {
  readonly failures: string[] = [];

  constructor(
    private readonly greeter: Greeter,
    @InjectInngest() readonly inngest: Inngest,
  ) {}

  @InngestFunction({ id: 'greet', name: 'Greet', triggers: [asked], retries: 5 })
  async greet({ event, step }: InngestContext<typeof asked>): Promise<string> {
    return step.run('greet', () => this.greeter.greet(event.data.name as string));
  }

  @OnInngestFailure('greet')
  failed({ error, event }: InngestFailureContext<typeof asked>): void {
    this.failures.push(`${event.data.run_id} ${event.data.event.data.name} ${error.message}`);
  }
}

describe('InngestModule', () => {
  let started: StartedApp | undefined;
  const start = async (options?: StartOptions): Promise<StartedApp> => (started = await startApp(options));

  afterEach(async () => {
    await started?.app.close();
    started = undefined;
  });

  it('calls a decorated method on its instance, with everything injected', async () => {
    const { url } = await start({ providers: [Greeter, Greetings] });

    const answer = await call(url, {
      fnId: 'app-greet',
      event: { name: 'test/asked', data: { name: 'Ada' } },
    });

    expect(answer.status).toBe(206);
    expect(answer.ops).toMatchObject([{ op: 'StepRun', displayName: 'greet', data: 'hello Ada' }]);
  });

  it('finishes the function with the memoized steps', async () => {
    const { url } = await start({ providers: [Greeter, Greetings] });

    const answer = await call(url, { fnId: 'app-greet', steps: { greet: { data: 'hello again' } } });

    expect(answer).toMatchObject({ status: 200, body: 'hello again' });
  });

  it('calls a failure handler on its instance, as the failure function of its function', async () => {
    const { url, app } = await start({ providers: [Greeter, Greetings] });
    const data = {
      function_id: 'app-greet',
      run_id: '01FAILED',
      error: { name: 'Error', message: 'boom', stack: '' },
      event: { name: 'test/asked', data: { name: 'Ada' } },
    };

    const answer = await call(url, {
      fnId: 'app-greet-failure',
      event: { name: 'inngest/function.failed', data },
    });

    expect(answer.status).toBe(200);
    expect(app.get(Greetings).failures).toEqual(['01FAILED Ada boom']);
  });

  it('finds methods of controllers too', async () => {
    @Controller()
    class Doors {
      @InngestFunction({ id: 'open', triggers: [asked] })
      open(): string {
        return `opened by ${this.constructor.name}`;
      }
    }

    const { url } = await start({ controllers: [Doors] });

    expect(await call(url, { fnId: 'app-open' })).toMatchObject({ status: 200, body: 'opened by Doors' });
  });

  it('registers an instance under several tokens once', async () => {
    const { app, url } = await start({
      providers: [Greeter, Greetings, { provide: 'alias', useExisting: Greetings }],
    });

    expect(app.get('alias')).toBe(app.get(Greetings));
    expect((await call(url, { fnId: 'app-greet', steps: { greet: { data: 1 } } })).status).toBe(200);
  });

  it('gives the client by injection, also asynchronously configured and global', async () => {
    @Module({
      providers: [{ provide: 'options', useValue: { id: 'async-app', isDev: true } }],
      exports: ['options'],
    })
    class OptionsModule {}
    @Module({ providers: [Greeter, Greetings] })
    class FeatureModule {}

    const { app } = await start({
      inngest: null,
      imports: [
        InngestModule.forRootAsync({
          isGlobal: true,
          imports: [OptionsModule],
          inject: ['options'],
          useFactory: (options: { id: string; isDev: boolean }) => options,
        }),
        FeatureModule,
      ],
    });

    expect(app.get(Greetings).inngest.id).toBe('async-app');
    expect(app.get<Inngest>(getInngestToken(), { strict: false })).toBeDefined();
  });

  it('warns when there is no function', async () => {
    const { logger } = await start();

    expect(logger.matching(/^warn No Inngest function was found/)).toHaveLength(1);
  });

  it('does not warn when there is one', async () => {
    const { logger } = await start({ providers: [Greeter, Greetings] });

    expect(logger.matching(/^(warn|error)/)).toEqual([]);
  });

  describe('refuses to start, naming the culprit,', () => {
    it('on two functions with one id', async () => {
      @Injectable()
      class Twin {
        @InngestFunction({ id: 'greet', triggers: [asked] })
        alsoGreet(): void {}
      }

      await expect(start({ providers: [Greeter, Greetings, Twin] })).rejects.toThrow(
        'Two Inngest functions have the id "greet": Greetings.greet and Twin.alsoGreet.',
      );
    });

    it('on one class provided by two modules', async () => {
      @Injectable()
      class Lonely {
        @InngestFunction({ id: 'lonely', triggers: [asked] })
        run(): void {}
      }
      @Module({ providers: [Lonely] })
      class First {}
      @Module({ providers: [Lonely] })
      class Second {}

      await expect(start({ imports: [First, Second] })).rejects.toThrow(
        'The Inngest function "lonely" was found twice, in two instances of Lonely.run.',
      );
    });

    it('on a request-scoped provider', async () => {
      @Injectable({ scope: Scope.REQUEST })
      class PerRequest {
        @InngestFunction({ id: 'per-request', triggers: [asked] })
        run(): void {}
      }

      await expect(start({ providers: [PerRequest] })).rejects.toThrow(
        'PerRequest.run handles Inngest functions but its class is request-scoped',
      );
    });

    it('on a provider that is request-scoped by what it injects', async () => {
      @Injectable({ scope: Scope.REQUEST })
      class PerRequest {}
      @Injectable()
      class Infected {
        constructor(@Inject(PerRequest) readonly scoped: PerRequest) {}

        @InngestFunction({ id: 'infected', triggers: [asked] })
        run(): void {}
      }

      await expect(start({ providers: [PerRequest, Infected] })).rejects.toThrow(
        'Infected.run handles Inngest functions but its class is request-scoped',
      );
    });

    it('on a transient provider', async () => {
      @Injectable({ scope: Scope.TRANSIENT })
      class Fleeting {
        @OnInngestFailure('greet')
        failed(): void {}
      }

      await expect(start({ providers: [Greeter, Greetings, Fleeting] })).rejects.toThrow(
        'Fleeting.failed handles Inngest functions but its class is transient',
      );
    });

    it('on a failure handler for no function', async () => {
      @Injectable()
      class Stray {
        @OnInngestFailure('gret')
        failed(): void {}
      }

      await expect(start({ providers: [Greeter, Greetings, Stray] })).rejects.toThrow(
        `@OnInngestFailure('gret') on Stray.failed: no function has the id "gret". Known ids: greet.`,
      );
    });

    it('on two failure handlers for one function', async () => {
      @Injectable()
      class Second {
        @OnInngestFailure('greet')
        failed(): void {}
      }

      await expect(start({ providers: [Greeter, Greetings, Second] })).rejects.toThrow(
        'The Inngest function "greet" has two failure handlers: Greetings.failed and Second.failed.',
      );
    });

    it('on a failure handler beside the onFailure option', async () => {
      @Injectable()
      class Both {
        @InngestFunction({ id: 'both', triggers: [asked], onFailure: () => undefined })
        run(): void {}

        @OnInngestFailure('both')
        failed(): void {}
      }

      await expect(start({ providers: [Both] })).rejects.toThrow(
        'The Inngest function "both" has two failure handlers: the onFailure option of Both.run and Both.failed.',
      );
    });

    it('on an option that the SDK would drop', async () => {
      const options = { triggers: [asked], throttel: { limit: 1, period: '1s' } };
      @Injectable()
      class Misspelt {
        @InngestFunction({ id: 'misspelt', ...options })
        run(): void {}
      }

      await expect(start({ providers: [Misspelt] })).rejects.toThrow(
        '@InngestFunction on Misspelt.run: unknown option "throttel". Valid options: id, name,',
      );
    });

    it('on a function without an id', async () => {
      @Injectable()
      class Nameless {
        @InngestFunction({ id: '', triggers: [asked] })
        run(): void {}
      }

      await expect(start({ providers: [Nameless] })).rejects.toThrow(
        '@InngestFunction on Nameless.run has no id.',
      );
    });

    it('on a missing signing key outside of dev mode', async () => {
      await expect(start({ inngest: { isDev: false } })).rejects.toThrow('InngestModule needs a signingKey');
    });
  });

  it('refuses a decorator on a static method, and twice on one method', () => {
    expect(() => {
      class Static {
        @InngestFunction({ id: 'static', triggers: [asked] })
        static run(): void {}
      }
      return Static;
    }).toThrow('@InngestFunction is on static Static.run, which is not an instance method.');
    expect(() => {
      class Twice {
        @InngestFunction({ id: 'one', triggers: [asked] })
        @InngestFunction({ id: 'two', triggers: [asked] })
        run(): void {}
      }
      return Twice;
    }).toThrow('@InngestFunction is on Twice.run, which already has such a decorator.');
  });

  it('keeps a NonRetriableError what it is', async () => {
    @Injectable()
    class Stubborn {
      @InngestFunction({ id: 'stubborn', triggers: [asked] })
      run(): void {
        throw new NonRetriableError('never');
      }
    }

    const { url } = await start({ providers: [Stubborn] });
    const answer = await call(url, { fnId: 'app-stubborn' });

    expect(answer).toMatchObject({ status: 400, body: { name: 'NonRetriableError', message: 'never' } });
    expect(answer.headers.get('x-inngest-no-retry')).toBe('true');
  });
});
