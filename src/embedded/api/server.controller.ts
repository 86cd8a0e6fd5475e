import { Controller, Get } from '@nestjs/common';
import type { AppFunction } from '../functions/app-function.js';
import { FunctionRegistry } from '../functions/function-registry.js';
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

/** A function in the words of `/dev` and the v1 API. */
export function describeFunction(fn: AppFunction): object {
  return {
    id: fn.id,
    fv: 1,
    name: fn.name,
    slug: fn.slug,
    triggers: fn.config['triggers'],
    steps: [{ id: 'step', name: 'step', uri: fn.url, retries: fn.maxAttempts - 1 }],
  };
}
