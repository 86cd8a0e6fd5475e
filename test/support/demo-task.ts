import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule, type AppOptions } from '../../src/app.module.js';
import { setUpApp } from '../../src/app.setup.js';
import { Settings } from '../../src/config/index.js';
import { InngestHarness, type ServedNestApp, type ServerOptions } from '../../src/testing/nest.js';

export interface DemoTaskHarnessOptions {
  /** Environment variables of the worker. */
  environment?: Record<string, string>;
  inngest?: AppOptions['inngest'];
  tracing?: AppOptions['tracing'];
  server?: ServerOptions;
}

/** Starts the whole worker as main does, on a virtual clock. */
export function startDemoTasks({
  environment = {},
  inngest,
  tracing,
  server,
}: DemoTaskHarnessOptions = {}): Promise<InngestHarness<ServedNestApp>> {
  const settings = Settings.from({ INNGEST_EVENT_KEY: 'test', GRAPHQL: 'false', ...environment });
  return InngestHarness.start({
    module: (url, clock) =>
      AppModule.forRoot(settings.withInngestAt(url), { clock, tracing, ...(inngest && { inngest }) }),
    configure: (app: NestExpressApplication) => setUpApp(app),
    ...(server && { server }),
  });
}

/** The names of the five steps, in order. */
export const STEPS = [
  'step-1-initialize',
  'step-2-process',
  'step-3-simulate-delay',
  'step-4-simulate-api-call',
  'step-5-finalize',
] as const;

/** The event that requests a demo task. */
export function task(taskId: string, options: Record<string, unknown> = {}): { name: string; data: object } {
  return { name: 'demo/task.requested', data: { taskId, ...options } };
}
