import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { eventType } from 'inngest';
import { ClockModule } from '../../src/clock/index.js';
import { EmbeddedInngest } from '../../src/embedded/index.js';
import {
  INNGEST_PATH,
  InngestFunction,
  InngestModule,
  type InngestContext,
} from '../../src/inngest/index.js';
import { median, percentile } from './statistics.js';

const asked = eventType('bench/asked');

@Injectable()
class FiveSteps {
  @InngestFunction({ id: 'five-steps', triggers: [asked], concurrency: 10 })
  async run({ step }: InngestContext<typeof asked>): Promise<void> {
    for (const name of ['one', 'two', 'three', 'four', 'five']) await step.run(name, () => null);
  }
}

@Module({})
class Bench {}

export interface EndToEnd {
  /** From the accepted event to the end of its run, in milliseconds, one at a time. */
  latency: { p50: number; p95: number };
  /** Of many queued at once, at concurrency 10. */
  runsPerSecond: number;
}

/** Five steps that do nothing, over HTTP, on the wall's clock. */
export async function endToEnd(checkpointing: boolean, dataFile: string): Promise<EndToEnd> {
  const server = await EmbeddedInngest.start({ port: 0, logger: false, dataFile });
  const app = await NestFactory.create<NestExpressApplication>(
    {
      module: Bench,
      imports: [
        ClockModule.forRoot(),
        InngestModule.forRoot({
          id: 'bench',
          isDev: true,
          baseUrl: server.url,
          registration: 'manual',
          checkpointing,
        }),
      ],
      providers: [FiveSteps],
    },
    { logger: false },
  );
  await app.listen(0, '127.0.0.1');
  await server.sync(`${await app.getUrl()}${INNGEST_PATH}`);
  try {
    const latencies: number[] = [];
    for (let index = 0; index < 50; index++) {
      const begun = performance.now();
      await send(server.url, 1);
      await ended(server.url);
      latencies.push(performance.now() - begun);
    }
    const count = 500;
    const begun = performance.now();
    await send(server.url, count);
    await ended(server.url);
    return {
      latency: { p50: median(latencies), p95: percentile(latencies, 0.95) },
      runsPerSecond: (count / (performance.now() - begun)) * 1_000,
    };
  } finally {
    await app.close();
    await server.close();
  }
}

async function send(url: string, count: number): Promise<void> {
  const events = Array.from({ length: count }, () => ({ name: asked.name, data: {} }));
  await fetch(`${url}/e/bench`, { method: 'POST', body: JSON.stringify(events) });
}

async function ended(url: string): Promise<void> {
  for (;;) {
    const answer = await fetch(`${url}/api/v2/runs?status=QUEUED,RUNNING&limit=1`);
    if (((await answer.json()) as { data: unknown[] }).data.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
