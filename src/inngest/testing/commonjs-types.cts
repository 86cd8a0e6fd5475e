// Checked by `npm run type-check`: what an application in CommonJS writes, where the SDK's types are those of its other build.
import { eventType, Middleware, NonRetriableError, staticSchema } from 'inngest';
import {
  InngestDefer,
  InngestFunction,
  InngestModule,
  InjectInngestFunction,
  OnInngestFailure,
  type InngestContext,
  type InngestDeferContext,
  type InngestFailureContext,
  type InngestFunctionRef,
} from '../index.js';

const asked = eventType('test/asked', { schema: staticSchema<{ n: number }>() });
const receipt = staticSchema<{ to: string }>();

class TenantMiddleware extends Middleware.BaseMiddleware {
  readonly id = 'tenant';

  override transformFunctionInput(arg: Middleware.TransformFunctionInputArgs) {
    const step = { ...arg.ctx.step, greet: (name: string): Promise<string> => Promise.resolve(name) };
    return { ...arg, ctx: { ...arg.ctx, tenant: { id: 'acme' }, step } };
  }
}

const middleware = [TenantMiddleware] as const;

export const inngest = InngestModule.forRoot({ id: 'app', isDev: true, middleware });

export class Functions {
  constructor(
    @InjectInngestFunction(Functions, 'double')
    private readonly twice: InngestFunctionRef<Functions, 'double'>,
    @InjectInngestFunction(Functions, 'receipt')
    private readonly sendReceipt: InngestFunctionRef<Functions, 'receipt'>,
  ) {}

  @InngestFunction({ id: 'work', triggers: [asked], middleware: [TenantMiddleware] })
  async work({
    tenant,
    step,
    event,
    defer,
  }: InngestContext<typeof asked, typeof middleware>): Promise<string> {
    if (event.data.n < 0) throw new NonRetriableError('negative');
    defer('receipt', { function: this.sendReceipt, data: { to: tenant.id } });
    const twice: number = await step.invoke('double', { function: this.twice, data: { n: event.data.n } });
    const at = await step.run('at', () => ({ at: new Date(twice) }));
    return (await step.greet(tenant.id)) + at.at.length;
  }

  @InngestFunction({ id: 'double', triggers: [{ event: asked, if: 'event.data.n > 0' }] })
  double({ event }: InngestContext<typeof asked>): number {
    return event.data.n * 2;
  }

  @InngestDefer({ id: 'receipt', schema: receipt })
  receipt({ event }: InngestDeferContext<typeof receipt>): string {
    return event.data.to;
  }

  @OnInngestFailure('work')
  failed({ error, tenant }: InngestFailureContext<typeof asked, typeof middleware>): string {
    return error.message + tenant.id;
  }
}

/** Every mistake here must be a compile error, or its `@ts-expect-error` becomes one. */
export function mistakes(): void {
  const misspelt = ({ tenant, step }: InngestContext<typeof asked, typeof middleware>): void => {
    // @ts-expect-error an addition has its own type
    void tenant.name;
    // @ts-expect-error so has a step
    void step.greet(1);
  };
  // @ts-expect-error no middleware
  InngestModule.forRoot({ id: 'app', middleware: [class {}] });
  void misspelt;
}
