import { forwardRef, Inject, Injectable, Module } from '@nestjs/common';
import { eventType, staticSchema } from 'inngest';
import {
  getInngestFunctionToken,
  InjectInngestFunction,
  InngestDefer,
  InngestFunction,
  InngestModule,
  type InngestContext,
  type InngestDeferContext,
  type InngestFunctionRef,
} from '../index.js';
import { call, type CallAnswer } from '../testing/call.js';
import { startApp, testModule, type StartedApp, type StartOptions } from '../testing/start-app.js';

const asked = eventType('test/asked', { schema: staticSchema<{ n: number }>() });
const receipt = staticSchema<{ to: string }>();

@Injectable()
class Billing {
  @InngestFunction({ app: 'billing', id: 'invoice', triggers: [asked] })
  invoice({ event }: InngestContext<typeof asked>): number {
    return event.data.n;
  }

  @InngestDefer({ app: 'billing', id: 'foreign' })
  foreign({ runId }: InngestDeferContext): string {
    return runId;
  }
}

@Injectable()
class Greeter {
  @InngestFunction({ id: 'greet', triggers: [asked] })
  greet(): string {
    return 'hello';
  }

  @InngestDefer({ id: 'receipt', schema: receipt })
  receipt({ event }: InngestDeferContext<typeof receipt>): string {
    return event.data.to;
  }
}

/** Inherits a function from another class. */
class Inherited extends Greeter {}

@Injectable()
class Caller {
  constructor(
    @InjectInngestFunction(Billing, 'invoice') readonly invoice: InngestFunctionRef<Billing, 'invoice'>,
    @InjectInngestFunction(Billing, 'foreign') readonly foreign: InngestFunctionRef<Billing, 'foreign'>,
    @InjectInngestFunction(Greeter, 'receipt') readonly receipt: InngestFunctionRef<Greeter, 'receipt'>,
    @Inject(forwardRef(() => getInngestFunctionToken(Greeter, 'greet')))
    readonly greet: InngestFunctionRef<Greeter, 'greet'>,
    @InjectInngestFunction(Caller, 'call') readonly own: InngestFunctionRef<Caller, 'call'>,
  ) {}

  @InngestFunction({ id: 'call', triggers: [asked] })
  async call({ step, defer }: InngestContext<typeof asked>): Promise<unknown[]> {
    defer('receipt', { function: this.receipt, data: { to: 'ada' } });
    defer('foreign', { function: this.foreign, data: {} });
    return Promise.all([
      step.invoke('invoice', { function: this.invoice, data: { n: 2 } }),
      step.invoke('greet', { function: this.greet, data: { n: 1 } }),
      step.invoke('own', { function: this.own, data: { n: 1 } }),
    ]);
  }
}

describe('References to functions', () => {
  const opened: StartedApp[] = [];
  const start = async (options: StartOptions): Promise<StartedApp> => {
    const started = await startApp({ inngest: null, ...options });
    opened.push(started);
    return started;
  };
  const main = testModule({ isGlobal: true });
  const billing = (options: object = {}): ReturnType<typeof testModule> =>
    testModule({ name: 'billing', id: 'billing-service', path: '/api/billing', ...options });
  const opsOf = ({ ops }: CallAnswer): unknown[] =>
    ops.map((op) => [
      op.op,
      op.displayName,
      (op as { opts?: { function_id?: string; fn_slug?: string } }).opts,
    ]);

  afterEach(async () => {
    for (const { app } of opened.splice(0)) await app.close();
  });

  it('name the function with the id of its app, of whichever app it is, for step.invoke and defer', async () => {
    const { url, logger } = await start({
      imports: [main, billing()],
      providers: [Greeter, Billing, Caller],
    });

    const answer = await call(url, { fnId: 'app-call' });

    expect(opsOf(answer)).toEqual(
      expect.arrayContaining([
        ['DeferAdd', 'receipt', { fn_slug: 'app-receipt', input: { to: 'ada' } }],
        ['InvokeFunction', 'invoice', expect.objectContaining({ function_id: 'billing-service-invoice' })],
        ['InvokeFunction', 'greet', expect.objectContaining({ function_id: 'app-greet' })],
        ['InvokeFunction', 'own', expect.objectContaining({ function_id: 'app-call' })],
      ]),
    );
    expect(answer.ops).toHaveLength(4);
    expect(logger.lines.join()).toContain(
      'The deferred function "foreign" belongs to the app with the id "billing-service"',
    );
  });

  it('reach functions of an app that another process serves, configured asynchronously', async () => {
    const { url } = await start({
      imports: [
        main,
        InngestModule.forRootAsync({
          name: 'billing',
          useFactory: async () => {
            await Promise.resolve();
            return { id: 'billing-elsewhere', isDev: true, sendOnly: true };
          },
        }),
      ],
      providers: [Greeter, Caller],
    });

    expect(opsOf(await call(url, { fnId: 'app-call' }))).toContainEqual([
      'InvokeFunction',
      'invoice',
      expect.objectContaining({ function_id: 'billing-elsewhere-invoice' }),
    ]);
  });

  it('are found by class and method in the application, also of an inherited method', async () => {
    const { app } = await start({ imports: [main], providers: [Greeter] });

    expect(app.get(getInngestFunctionToken(Greeter, 'greet')).opts).toEqual({
      functionId: 'greet',
      appId: 'app',
    });
    expect(getInngestFunctionToken(Inherited, 'greet')).toBe(getInngestFunctionToken(Greeter, 'greet'));
  });

  it('fail naming the function when its app was not imported', async () => {
    const { app } = await start({ imports: [main], providers: [Greeter] });

    const reference = app.get(getInngestFunctionToken(Billing, 'invoice'));
    expect(() => reference.opts).toThrow(
      'The function "invoice" is for the app "billing", which no InngestModule is imported for.',
    );
  });

  it('can be replaced in a test, and are named by Nest where no module provides them', async () => {
    @Module({ providers: [Greeter, Caller] })
    class Alone {}

    await expect(start({ imports: [testModule(), Alone] })).rejects.toThrow(
      /InngestFunction\(Billing\.invoice\)/,
    );
  });

  it('refuse what is no function', () => {
    class Plain {
      run(): void {}
    }

    expect(() => getInngestFunctionToken(Plain, 'run')).toThrow(
      'Cannot reference Plain.run: the method has neither @InngestFunction nor @InngestDefer.',
    );
    expect(() => getInngestFunctionToken(undefined as unknown as typeof Greeter, 'greet')).toThrow(
      'Cannot reference the method "greet" of an undefined class. If two files import each other, resolve the token later: @Inject(forwardRef(() => getInngestFunctionToken(Class, \'greet\'))).',
    );
  });
});
