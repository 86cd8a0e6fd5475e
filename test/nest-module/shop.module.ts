import { Controller, Get, Injectable, Module, Post } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule, type HealthCheckResult } from '@nestjs/terminus';
import { eventType, type Inngest } from 'inngest';
import {
  InjectInngest,
  InngestFunction,
  InngestHealthIndicator,
  InngestModule,
  withRetry,
  type InngestContext,
} from '../../src/inngest/index.js';

export const orderPlaced = eventType('order/placed');

@Injectable()
export class Orders {
  @InngestFunction({
    id: 'order',
    triggers: [orderPlaced],
    retries: 5,
    retry: { base: '5s', factor: 3, max: '10m' },
  })
  async order({ step }: InngestContext<typeof orderPlaced>): Promise<string> {
    const charge = (): string => 'receipt';
    return step.run('charge', withRetry({ delays: ['10s', '1m', '10m'] }, charge));
  }
}

@Injectable()
export class Invoices {
  @InngestFunction({ app: 'billing', id: 'invoice', triggers: [orderPlaced] })
  invoice(): string {
    return 'invoice';
  }
}

@Controller()
export class Shop {
  constructor(
    @InjectInngest() private readonly inngest: Inngest,
    @InjectInngest('billing') readonly billing: Inngest,
    private readonly health: HealthCheckService,
    private readonly indicator: InngestHealthIndicator,
  ) {}

  @Post('orders')
  async place(): Promise<void> {
    await this.inngest.send({ name: 'order/placed' });
  }

  @Get('ready')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.indicator.isHealthy('inngest')]);
  }
}

const baseUrl = process.env['SHOP_INNGEST_URL'] ?? 'http://localhost:8288';

@Module({
  imports: [
    InngestModule.forRoot({ id: 'shop', isDev: true, baseUrl, isGlobal: true }),
    InngestModule.forRootAsync({
      name: 'billing',
      useFactory: () => ({ id: 'billing', isDev: true, baseUrl, path: '/api/billing' }),
    }),
    TerminusModule,
  ],
  controllers: [Shop],
  providers: [Orders, Invoices],
})
export class ShopModule {}
