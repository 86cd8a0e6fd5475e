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

/** Keeps what was logged, a line an entry: `level message`. */
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
  /** More options for the module; null to leave it out. */
  inngest?: Partial<InngestModuleOptions> | null;
  clock?: Clock;
  random?: () => number;
  nest?: NestApplicationOptions;
  /** Called before the application is initialised, as in a `main.ts`. */
  configure?: (app: INestApplication) => unknown;
}

export interface StartedApp {
  app: INestApplication;
  url: string;
  logger: MemoryLogger;
}

/** The module as most tests need it: nothing is registered unless a test starts it. */
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

/** A small Nest application with this module (app id `app`, dev mode), listening on a free port. */
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
  // A test that fails while a call hangs must end all the same.
  const app = moduleRef.createNestApplication({ forceCloseConnections: true, ...nest, logger });
  await configure?.(app);
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return { app, logger, url: `http://127.0.0.1:${port}` };
}
