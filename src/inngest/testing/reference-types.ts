// Checked by `npm run type-check`. Each mistake follows a `@ts-expect-error`, which is an error itself if there is no
// mistake.
import type { INestApplicationContext } from '@nestjs/common';
import { eventType, invoke, staticSchema } from 'inngest';
import {
  getInngestFunctionToken,
  InjectInngestFunction,
  InngestDefer,
  InngestFunction,
  type InngestContext,
  type InngestDeferContext,
  type InngestFunctionRef,
} from '../index.js';

const placed = eventType('order/placed', { schema: staticSchema<{ order: string }>() });
const charge = invoke(staticSchema<{ cents: number }>());
const receipt = staticSchema<{ to: string }>();

export class Billing {
  @InngestFunction({ id: 'invoice', triggers: [placed] })
  async invoice({ event }: InngestContext<typeof placed>): Promise<{ number: number; at: Date }> {
    return Promise.resolve({ number: event.data.order.length, at: new Date(0) });
  }

  @InngestFunction({ id: 'charge', triggers: [charge] })
  charge({ event }: InngestContext<typeof charge>): number {
    return event.data.cents;
  }

  @InngestFunction({ id: 'plain' })
  plain(): string {
    return 'plain';
  }

  @InngestDefer({ id: 'receipt', schema: receipt })
  receipt({ event, parents, step }: InngestDeferContext<typeof receipt>): Promise<string> {
    return step.run('mail', () => event.data.to + parents[0].runId);
  }

  @InngestDefer({ id: 'untyped', retries: 2, concurrency: 1 })
  untyped({ event }: InngestDeferContext): unknown {
    return event.data.anything;
  }

  readonly count = 1;
}

export class Orders {
  constructor(
    @InjectInngestFunction(Billing, 'invoice')
    private readonly invoice: InngestFunctionRef<Billing, 'invoice'>,
    @InjectInngestFunction(Billing, 'charge') private readonly charge: InngestFunctionRef<Billing, 'charge'>,
    @InjectInngestFunction(Billing, 'plain') private readonly plain: InngestFunctionRef<Billing, 'plain'>,
    @InjectInngestFunction(Billing, 'receipt')
    private readonly receipt: InngestFunctionRef<Billing, 'receipt'>,
    @InjectInngestFunction(Billing, 'untyped')
    private readonly untyped: InngestFunctionRef<Billing, 'untyped'>,
  ) {}

  @InngestFunction({ id: 'order', triggers: [placed] })
  async order({ step, defer }: InngestContext<typeof placed>): Promise<string> {
    defer('receipt', { function: this.receipt, data: { to: 'ada' } });
    defer('untyped', { function: this.untyped, data: { anything: 1 } });
    const { number, at } = await step.invoke('invoice', { function: this.invoice, data: { order: 'a' } });
    const cents: number = await step.invoke('charge', { function: this.charge, data: { cents: number } });
    const plain: string = await step.invoke('plain', { function: this.plain });
    // A date is serialized as JSON, so its type is string.
    return at.slice(0, cents) + plain;
  }

  async mistakes({ step, defer }: InngestContext<typeof placed>): Promise<void> {
    // @ts-expect-error the function's event has other data
    await step.invoke('invoice', { function: this.invoice, data: { orders: 'a' } });
    // @ts-expect-error the function is invoked with data
    await step.invoke('charge', { function: this.charge });
    // @ts-expect-error the result is a number
    const text: string = await step.invoke('charge', { function: this.charge, data: { cents: 1 } });
    // @ts-expect-error the schema names another field
    defer('receipt', { function: this.receipt, data: { too: text } });
    // @ts-expect-error only deferred functions can be deferred
    defer('invoice', { function: this.invoice, data: { order: 'a' } });
  }
}

/** Each mistake here must be a compile error; otherwise its `@ts-expect-error` is one. */
export function mistakes(app: INestApplicationContext): void {
  const found = app.get(getInngestFunctionToken(Billing, 'charge'));
  const charge: InngestFunctionRef<Billing, 'charge'> = found;
  // @ts-expect-error it is a reference to another function
  const other: InngestFunctionRef<Billing, 'receipt'> = found;
  // @ts-expect-error there is no such method
  getInngestFunctionToken(Billing, 'invoices');
  // @ts-expect-error a field is no method
  getInngestFunctionToken(Billing, 'count');

  class Mismatched {
    // @ts-expect-error the schema's data is another
    @InngestDefer({ id: 'other-data', schema: staticSchema<{ size: number }>() })
    otherData({ event }: InngestDeferContext<typeof receipt>): string {
      return event.data.to;
    }

    // @ts-expect-error a deferred function has no trigger
    @InngestDefer({ id: 'triggered', triggers: [placed] })
    triggered(): void {}

    // @ts-expect-error `id` is missing
    @InngestDefer({ schema: receipt })
    withoutId(): void {}
  }
  void [charge, other, Mismatched];
}
