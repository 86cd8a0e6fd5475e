import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule, type AppOptions } from '../../src/app.module.js';
import { APP_OPTIONS, setUpApp } from '../../src/app.setup.js';
import { Settings } from '../../src/config/index.js';

export interface TestWorker {
  app: NestExpressApplication;
  url: string;
  close(): Promise<void>;
}

/** Starts the worker on a free port, built as main builds it. `variables` are its environment. It does not register itself. */
export async function startWorker(
  variables: Record<string, string>,
  options: AppOptions = {},
  adapt: (testing: TestingModuleBuilder) => TestingModuleBuilder = (testing) => testing,
): Promise<TestWorker> {
  const settings = Settings.from({ PORT: '0', GRAPHQL: 'false', ...variables });
  const testing = Test.createTestingModule({ imports: [AppModule.forRoot(settings, options)] });
  const module = await adapt(testing).compile();
  const app = module.createNestApplication<NestExpressApplication>({ ...APP_OPTIONS, logger: false });
  setUpApp(app);
  await app.listen(settings.port, settings.host);
  return { app, url: await app.getUrl(), close: () => app.close() };
}
