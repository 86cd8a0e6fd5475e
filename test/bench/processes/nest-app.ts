// The five steps of `app.ts` in a Nest application, served by InngestModule.
import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { eventType } from 'inngest';
import {
  ClockModule,
  InngestFunction,
  InngestModule,
  type InngestContext,
} from '../../../src/inngest/index.js';
import { CONCURRENCY, STEPS, eventName } from '../workload.js';
import { silentLogger } from './shared.js';

const asked = eventType(eventName('off'));

@Injectable()
class FiveSteps {
  @InngestFunction({
    id: 'five-steps-off',
    triggers: [asked],
    concurrency: CONCURRENCY,
    checkpointing: false,
  })
  async run({ step }: InngestContext<typeof asked>): Promise<void> {
    for (const name of STEPS) await step.run(name, () => null);
  }
}

@Module({})
class NestApp {}

const app = await NestFactory.create<NestExpressApplication>(
  {
    module: NestApp,
    imports: [
      ClockModule.forRoot(),
      InngestModule.forRoot({
        id: 'bench-nest',
        isDev: true,
        baseUrl: process.argv[2],
        registration: 'manual',
        logger: silentLogger,
      }),
    ],
    providers: [FiveSteps],
  },
  { logger: false },
);
await app.listen(0, '127.0.0.1');
console.log(`ready ${await app.getUrl()}`);
