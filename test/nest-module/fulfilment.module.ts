import { Injectable, Module, type DynamicModule } from '@nestjs/common';
import { eventType, Middleware, staticSchema } from 'inngest';
import {
  InjectInngestFunction,
  InngestDefer,
  InngestFunction,
  InngestModule,
  type InngestContext,
  type InngestDeferContext,
  type InngestFunctionRef,
} from '../../src/inngest/index.js';

export const orderPaid = eventType('order/paid', { schema: staticSchema<{ order: string }>() });
export const parcelWanted = eventType('parcel/wanted', { schema: staticSchema<{ weight: number }>() });
export const receiptData = staticSchema<{ to: string }>();

/** Adds `tenant` to the context of every function. */
export class TenantMiddleware extends Middleware.BaseMiddleware {
  readonly id = 'tenant';

  override transformFunctionInput(arg: Middleware.TransformFunctionInputArgs) {
    return { ...arg, ctx: { ...arg.ctx, tenant: { name: 'Acme' } } };
  }
}

export const middleware = [TenantMiddleware] as const;

/** A function of another app. */
@Injectable()
export class Parcels {
  @InngestFunction({ app: 'warehouse', id: 'pack', triggers: [parcelWanted] })
  pack({ event }: InngestContext<typeof parcelWanted>): { label: string } {
    return { label: `${event.data.weight} kg` };
  }
}

@Injectable()
export class Receipts {
  readonly sent: string[] = [];

  @InngestDefer({ id: 'receipt', schema: receiptData })
  sendReceipt({ event, parents }: InngestDeferContext<typeof receiptData>): void {
    this.sent.push(`${event.data.to}, ${parents[0].fnSlug}`);
  }
}

@Injectable()
export class Fulfilment {
  constructor(
    @InjectInngestFunction(Parcels, 'pack')
    private readonly pack: InngestFunctionRef<Parcels, 'pack'>,
    @InjectInngestFunction(Receipts, 'sendReceipt')
    private readonly receipt: InngestFunctionRef<Receipts, 'sendReceipt'>,
  ) {}

  @InngestFunction({ id: 'fulfil', triggers: [orderPaid] })
  async fulfil({
    tenant,
    step,
    defer,
  }: InngestContext<typeof orderPaid, typeof middleware>): Promise<string> {
    defer('receipt', { function: this.receipt, data: { to: tenant.name } });
    const { label } = await step.invoke('pack', { function: this.pack, data: { weight: 2 } });
    return label;
  }
}

@Module({ providers: [Parcels, Receipts, Fulfilment] })
export class FulfilmentModule {
  static forRoot(baseUrl: string): DynamicModule {
    const options = { isDev: true, baseUrl, isGlobal: true };
    return {
      module: FulfilmentModule,
      imports: [
        InngestModule.forRoot({ ...options, id: 'shop', middleware }),
        InngestModule.forRoot({ ...options, name: 'warehouse', id: 'warehouse', path: '/api/warehouse' }),
      ],
    };
  }
}
