import { Injectable, Logger } from '@nestjs/common';
import { AppStore, type App } from '../store/app.store.js';
import { InvalidFunctionError } from './invalid-function.error.js';
import { parseFunction, type AppFunction } from './app-function.js';
import { matchesName, type Trigger } from './trigger.js';

/** The registered functions, compiled, in memory. {@link load} reads them anew from the store. */
@Injectable()
export class FunctionRegistry {
  private readonly logger = new Logger('Inngest');
  private apps: App[] = [];
  private ids = new Map<string, AppFunction>();
  private slugs = new Map<string, AppFunction>();

  constructor(private readonly store: AppStore) {}

  load(): void {
    this.apps = this.store.apps();
    const apps = new Map(this.apps.map((app) => [app.id, app]));
    this.ids = new Map();
    this.slugs = new Map();
    for (const record of this.store.functions()) {
      const app = apps.get(record.appId);
      if (!app) continue;
      try {
        const fn = parseFunction(record, app);
        this.ids.set(fn.id, fn);
        this.slugs.set(fn.slug, fn);
      } catch (error) {
        // Registered with an earlier version of this server; its app registers it anew, or hears what is wrong.
        if (!(error instanceof InvalidFunctionError)) throw error;
        this.logger.warn(error.message);
      }
    }
  }

  allApps(): App[] {
    return this.apps;
  }

  /** Those that their apps register today. */
  active(): AppFunction[] {
    return [...this.ids.values()].filter((fn) => fn.archivedAt === null);
  }

  byId(id: string): AppFunction | undefined {
    return this.ids.get(id);
  }

  bySlug(slug: string): AppFunction | undefined {
    return this.slugs.get(slug);
  }

  /** The functions that an event of this name triggers, each with the triggers that name it. */
  triggeredBy(name: string): { fn: AppFunction; triggers: (Trigger & { kind: 'event' })[] }[] {
    return this.active()
      .map((fn) => ({
        fn,
        triggers: fn.triggers.filter(
          (trigger) => trigger.kind === 'event' && matchesName(trigger.event, name),
        ) as (Trigger & { kind: 'event' })[],
      }))
      .filter(({ triggers }) => triggers.length > 0);
  }
}
