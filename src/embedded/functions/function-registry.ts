import { Injectable, Logger } from '@nestjs/common';
import { oneLine } from '../../common/printable.js';
import { AppStore, type App, type FunctionRecord } from '../store/app.store.js';
import { InvalidFunctionError } from './invalid-function.error.js';
import { parseFunction, type AppFunction } from './app-function.js';
import { matchesName, type Trigger } from './trigger.js';

/** A function with its triggers that match an event. */
export interface TriggeredFunction {
  fn: AppFunction;
  triggers: (Trigger & { kind: 'event' })[];
}

/** The largest number of event names for which {@link FunctionRegistry.isListenedTo} caches its result. */
const MAX_NAMES = 1_000;

/** The registered functions, compiled, in memory. */
@Injectable()
export class FunctionRegistry {
  private readonly logger = new Logger('Inngest');
  private apps: App[] = [];
  private ids = new Map<string, AppFunction>();
  private slugs = new Map<string, AppFunction>();
  /** The cached results of {@link isListenedTo} by event name. Clients may send any number of names, so the cache has a limit. */
  private readonly listenedTo = new Map<string, boolean>();

  constructor(private readonly store: AppStore) {}

  /** Reads the functions from the store again. */
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
        // An earlier version of this server accepted it. Its app registers it again, or gets the error.
        if (!(error instanceof InvalidFunctionError)) throw error;
        this.logger.warn(oneLine(error.message));
      }
    }
  }

  allApps(): App[] {
    return this.apps;
  }

  /** The functions that are not archived. */
  active(): AppFunction[] {
    return [...this.ids.values()].filter((fn) => fn.archivedAt === null);
  }

  /**
   * The internal ids of the functions of these apps, including archived functions.
   *
   * @param names the ids of functions, with or without the app's name in front; undefined for all functions
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

  /** Whether an event of this name triggers a function, or cancels runs of a function. */
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
   * The functions with a trigger for events of this name, in the order of their slugs.
   *
   * @param after only functions whose slugs come after this one
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

/** Reuses the compiled function if its configuration is the same, because compiling expressions takes long. */
function parseAgain(before: AppFunction | undefined, record: FunctionRecord, app: App): AppFunction {
  const { slug, name, createdAt, archivedAt } = record;
  return before?.configText === record.config && before.slug === slug && before.app.name === app.name
    ? { ...before, app, name, createdAt, archivedAt }
    : parseFunction(record, app);
}
