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

/** The largest number of set-aside items in an answer. */
const SHOWN_ITEMS = 20;

/** Describes the server. SDKs read `/dev` to find a server in development. */
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
   * Answers whether the server can work: the data file exists and no other server has taken it over. Also lists the items
   * that are set aside. Requests that may not read the API get only their number, because probes have no key and call
   * with any `Host`.
   *
   * @throws StoreUnavailableError when the server cannot work
   */
  @Get('health')
  health(@Req() request: Request): Health {
    const problem = this.db.look();
    if (problem) throw problem;
    const items = this.setAside.list();
    const maySeeItems = this.callers.mayRead(request) && this.hosts.allows(request.headers.host);
    return {
      status: 200,
      message: 'OK',
      ...(items.length > 0 && {
        setAside: {
          count: items.length,
          ...(maySeeItems && { items: items.slice(0, SHOWN_ITEMS).map(viewOf) }),
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
