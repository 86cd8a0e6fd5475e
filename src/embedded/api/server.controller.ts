import { Controller, Get } from '@nestjs/common';
import { FunctionRegistry } from '../functions/function-registry.js';
import { describeFunction } from './shared/function-view.js';
import { EmbeddedOptions } from '../settings/embedded-options.js';

/** What the server says of itself; SDKs look at `/dev` to find a server in development. */
@Controller()
export class ServerController {
  constructor(
    private readonly functions: FunctionRegistry,
    private readonly options: EmbeddedOptions,
  ) {}

  @Get('health')
  health(): object {
    return { status: 200, message: 'OK' };
  }

  @Get('dev')
  dev(): object {
    return {
      version: 'embedded',
      authed: this.options.signingKey !== undefined,
      startOpts: { autodiscover: false, poll: false, persist: this.options.dataFile !== ':memory:' },
      functions: this.functions.active().map(describeFunction),
      handlers: this.functions
        .allApps()
        .map((app) => ({ sdk: { url: app.url, appName: app.name, framework: app.framework, sdk: app.sdk } })),
      features: {},
    };
  }
}
