import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { InngestModuleOptions } from './inngest-module-options.js';

/** What is known of an app before its options are, also with `forRootAsync`. */
export interface InngestModuleExtras {
  /** Whether every module can inject the client without importing this one. Default: false. */
  isGlobal?: boolean;
  /**
   * Tells several apps in one process apart: `@InjectInngest(name)`, `@InngestFunction({ app: name, ... })`. One app may
   * go without.
   */
  name?: string | undefined;
}

export const {
  ConfigurableModuleClass,
  MODULE_OPTIONS_TOKEN: INNGEST_MODULE_OPTIONS,
  OPTIONS_TYPE: INNGEST_OPTIONS_TYPE,
  ASYNC_OPTIONS_TYPE: INNGEST_ASYNC_OPTIONS_TYPE,
} = new ConfigurableModuleBuilder<InngestModuleOptions>()
  .setClassMethodName('forRoot')
  .setExtras<InngestModuleExtras>({ isGlobal: false, name: undefined }, (definition, { isGlobal }) => ({
    ...definition,
    global: isGlobal ?? false,
  }))
  .build();
