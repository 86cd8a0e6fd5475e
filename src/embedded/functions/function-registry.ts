import { Injectable, Logger } from '@nestjs/common';
import { oneLine } from '../../common/printable.js';
import { AppStore, type App, type FunctionRecord } from '../store/app.store.js';
import { InvalidFunctionError } from './invalid-function.error.js';
import { parseFunction, type AppFunction } from './app-function.js';
import { matchesName, type Trigger } from './trigger.js';

/** A function with those of its triggers that name an event. */
export interface TriggeredFunction {
  fn: AppFunction;
  triggers: (Trigger & { kind: 'event' })[];
}

/** For how many names of events the registry remembers whether a function listens to them. */
const MAX_NAMES = 1_000;

/** The registered functions, compiled, in memory. {@link load} reads them anew from the store. */
@Injectable()
export class FunctionRegistry {
  private readonly logger = new Logger('Inngest');
  private apps: App[] = [];
  private ids = new Map<string, AppFunction>();
  private slugs = new Map<string, AppFunction>();
  /** What {@link isListenedTo} found, by the names of events, of which clients may send any number. */
  private readonly listenedTo = new Map<string, boolean>();

  constructor(private readonly store: AppStore) {}

  load(): void {
    this.apps = this.store.apps();
    const apps = new Map(this.apps.map((app) => [app.id, app]));
    const before = this.ids;
    this.ids = new Map();
    this.slugs = new Map();
    this.listenedTo.clear();
    for (const record of this.store.functions()) {
      const app = apps.get(record.appId);
      if (!app) continue;
      try {
        const fn = parseAgain(before.get(record.id), record, app);
        this.ids.set(fn.id, fn);
        this.slugs.set(fn.slug, fn);
      } catch (error) {
        // Registered with an earlier version of this server; its app registers it anew, or hears what is wrong.
        if (!(error instanceof InvalidFunctionError)) throw error;
        this.logger.warn(oneLine(error.message));
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

  /**
   * The internal ids of the functions of these apps, also of those that are not registered any more.
   *
   * @param names ids of functions, with or without the app's name before them; undefined for all
   */
  namedIn(apps: readonly string[], names?: readonly string[]): string[] {
    return [...this.ids.values()]
      .filter(({ app }) => apps.includes(app.name))
      .filter(({ slug, shortId }) => names === undefined || names.includes(shortId) || names.includes(slug))
      .map(({ id }) => id);
  }

  byId(id: string): AppFunction | undefined {
    return this.ids.get(id);
  }

  bySlug(slug: string): AppFunction | undefined {
    return this.slugs.get(slug);
  }

  /** Whether an event of this name triggers a function, or cancels the runs of one. */
  isListenedTo(name: string): boolean {
    const known = this.listenedTo.get(name);
    if (known !== undefined) return known;
    const found = this.active().some(
      ({ triggers, flow }) =>
        triggers.some((trigger) => trigger.kind === 'event' && matchesName(trigger.event, name)) ||
        flow.cancelOn.some(({ event }) => event === name),
    );
    if (this.listenedTo.size >= MAX_NAMES) this.listenedTo.clear();
    this.listenedTo.set(name, found);
    return found;
  }

  /**
   * The functions that an event of this name triggers, in the order of their slugs.
   *
   * @param after only those whose slugs come after this one
   */
  triggeredBy(name: string, after = ''): TriggeredFunction[] {
    return this.active()
      .filter(({ slug }) => after === '' || Buffer.compare(Buffer.from(slug), Buffer.from(after)) > 0)
      .map((fn) => ({
        fn,
        triggers: fn.triggers.filter(
          (trigger) => trigger.kind === 'event' && matchesName(trigger.event, name),
        ) as TriggeredFunction['triggers'],
      }))
      .filter(({ triggers }) => triggers.length > 0);
  }
}

/** Compiling expressions takes long, and most functions are registered as they were before. */
function parseAgain(before: AppFunction | undefined, record: FunctionRecord, app: App): AppFunction {
  const { slug, name, createdAt, archivedAt } = record;
  return before?.configText === record.config && before.slug === slug && before.app.name === app.name
    ? { ...before, app, name, createdAt, archivedAt }
    : parseFunction(record, app);
}
