import { Controller, Get, Req } from '@nestjs/common';
import type { Request } from 'express';
import { Callers } from '../access/callers.js';
import { guardRulesOf } from '../access/guard-rules.js';
import { SetAside, type SetAsideItem } from '../faults/set-aside.js';
import { iso } from './shared/run-views.js';
import type { Health, SetAsideView } from './v2/answer-types/health.js';
import { Database } from '../store/database.js';
import { FunctionRegistry } from '../functions/function-registry.js';
import { describeFunction } from './shared/function-view.js';
import type { AllowedHosts } from '../../guards/index.js';
import { EmbeddedOptions } from '../settings/embedded-options.js';

/** How many items that were set aside are shown. */
const SHOWN_ITEMS = 20;

/** What the server says of itself; SDKs look at `/dev` to find a server in development. */
@Controller()
export class ServerController {
  private readonly hosts: AllowedHosts;

  constructor(
    private readonly functions: FunctionRegistry,
    private readonly options: EmbeddedOptions,
    private readonly callers: Callers,
    private readonly setAside: SetAside,
    private readonly db: Database,
  ) {
    this.hosts = guardRulesOf(options).hosts;
  }

  /**
   * Whether the server can work: its data file is there and its own. Also what was set aside; only how much to those who
   * may not read the API, since probes call without a key and under any Host.
   *
   * @throws StoreUnavailableError
   */
  @Get('health')
  health(@Req() request: Request): Health {
    const problem = this.db.look();
    if (problem) throw problem;
    const items = this.setAside.list();
    const mayTell = this.callers.mayRead(request) && this.hosts.allows(request.headers.host);
    return {
      status: 200,
      message: 'OK',
      ...(items.length > 0 && {
        setAside: {
          count: items.length,
          ...(mayTell && { items: items.slice(0, SHOWN_ITEMS).map(viewOf) }),
        },
      }),
    };
  }

  @Get('dev')
  dev(): object {
    return {
      version: 'embedded',
      authed: this.options.signingKey !== undefined,
      startOpts: {
        autodiscover: (this.options.watch?.ports.length ?? 0) > 0,
        poll: this.options.watch?.repeats ?? false,
        persist: this.options.dataFile !== ':memory:',
      },
      functions: this.functions.active().map(describeFunction),
      handlers: this.functions
        .allApps()
        .map((app) => ({ sdk: { url: app.url, appName: app.name, framework: app.framework, sdk: app.sdk } })),
      features: {},
    };
  }
}

function viewOf({ kind, id, runId, error, at }: SetAsideItem): SetAsideView {
  return { kind, id, runId: runId ?? undefined, error, at: iso(at) };
}
