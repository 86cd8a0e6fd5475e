import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { InngestModuleOptions } from './inngest-module-options.js';

/** The options of an app that are known synchronously, also with `forRootAsync`. */
export interface InngestModuleExtras {
  /** Whether every module can inject the client without importing this one. Default: false. */
  isGlobal?: boolean;
  /**
   * The name of this app, if one process has several: `@InjectInngest(name)`, `@InngestFunction({ app: name, ... })`.
   * One app may have no name.
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
