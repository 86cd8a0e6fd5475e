import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { InngestModuleOptions } from './inngest-module-options.js';

export const {
  ConfigurableModuleClass,
  MODULE_OPTIONS_TOKEN: INNGEST_MODULE_OPTIONS,
  OPTIONS_TYPE: INNGEST_OPTIONS_TYPE,
  ASYNC_OPTIONS_TYPE: INNGEST_ASYNC_OPTIONS_TYPE,
} = new ConfigurableModuleBuilder<InngestModuleOptions>()
  .setClassMethodName('forRoot')
  .setExtras({ isGlobal: false }, (definition, { isGlobal }) => ({ ...definition, global: isGlobal }))
  .build();
