import type { AddressInfo } from 'node:net';
import type {
  DynamicModule,
  INestApplication,
  LoggerService,
  ModuleMetadata,
  NestApplicationOptions,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Clock, ClockModule } from '../../clock/index.js';
import { INNGEST_RANDOM } from '../definition/inngest.constants.js';
import type { InngestModuleOptions } from '../definition/inngest-module-options.js';
import { InngestModule } from '../inngest.module.js';

/** Keeps the log in memory, one entry for each line: `level message`. */
export class MemoryLogger implements LoggerService {
  readonly lines: string[] = [];
  log = (message: unknown): number => this.lines.push(`log ${String(message)}`);
  error = (message: unknown): number => this.lines.push(`error ${String(message)}`);
  warn = (message: unknown): number => this.lines.push(`warn ${String(message)}`);
  debug = (): void => undefined;
  verbose = (): void => undefined;

  matching(pattern: RegExp): string[] {
    return this.lines.filter((line) => pattern.test(line));
  }
}

export interface StartOptions extends Pick<ModuleMetadata, 'providers' | 'controllers' | 'imports'> {
  /** Further options of the module; null imports no module. */
  inngest?: Partial<InngestModuleOptions> | null;
  clock?: Clock;
  random?: () => number;
  nest?: NestApplicationOptions;
  /** Called before the application is initialised, as code in `main.ts` is. */
  configure?: (app: INestApplication) => unknown;
}

export interface StartedApp {
  app: INestApplication;
  url: string;
  logger: MemoryLogger;
}

/** The module with the options of most tests: it registers no functions unless a test calls `start`. */
export function testModule(
  options: Partial<InngestModuleOptions> & { name?: string; isGlobal?: boolean } = {},
): DynamicModule {
  return InngestModule.forRoot({
    id: options.name ?? 'app',
    isDev: true,
    checkpointing: false,
    registration: 'manual',
    ...options,
  });
}

/** Starts a small Nest application with this module (app id `app`, dev mode) on a free port. */
export async function startApp(options: StartOptions = {}): Promise<StartedApp> {
  const { inngest, clock, random = () => 0, nest, configure, imports = [], ...rest } = options;
  const logger = new MemoryLogger();
  const moduleRef = await Test.createTestingModule({
    imports: [
      ...(clock ? [ClockModule.forRoot(clock)] : []),
      ...(inngest === null ? [] : [testModule(inngest)]),
      ...imports,
    ],
    ...rest,
  })
    .setLogger(logger)
    .overrideProvider(INNGEST_RANDOM)
    .useValue(random)
    .compile();
  // Closes open connections, so that a test that fails during a call still ends.
  const app = moduleRef.createNestApplication({ forceCloseConnections: true, ...nest, logger });
  await configure?.(app);
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return { app, logger, url: `http://127.0.0.1:${port}` };
}
