import { createHash, randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { PatientStore } from '../faults/patient-store.js';
import { Wakeup, Changes } from '../notices/notices.js';
import { uuidFor } from '../store/ids.js';
import { isConnectUrl } from '../protocol/connect/connect-url.js';
import { readStoredRecord } from '../store/stored-json.js';
import { AppStore, type App } from '../store/app.store.js';
import { LimitTree } from '../queue/limit-tree.js';
import { parseFunction, type AppFunction } from '../functions/app-function.js';
import { AppPresence } from '../functions/app-presence.js';
import { AddressChanges, type RegistrationSource } from './address-changes.js';
import { ConfigurationChanges } from './configuration-changes.js';
import { CronTriggers } from './cron-triggers.js';
import { Turn } from '../../common/turn.js';
import { FunctionRegistry } from '../functions/function-registry.js';
import { InvalidFunctionError } from '../functions/invalid-function.error.js';
import { InvalidRegistrationError } from './invalid-registration.error.js';
import { addressOf } from './app-addresses.js';
import { describeKept, newerDeployment, type NewerDeployment } from './newer-deployment.js';
import { parseRegistration, type RegisterRequest } from './registration-request.js';

export interface Registered {
  appId: string;
  syncId: string;
  /** Whether anything differs from what was registered before. */
  modified: boolean;
  /** The newer deployment whose registration stays; this one changed nothing then. */
  newerDeployment?: number;
}

/** How many warnings are remembered, so that registrations with ever new names take no memory. */
const MOST_WARNINGS = 100;

/** Takes in what apps register: their functions are checked, stored and, where they are gone, archived. */
@Injectable()
export class Registration {
  private readonly logger = new Logger('Inngest');
  /** The warnings about older deployments that were logged: an app that is polled would repeat them. */
  private readonly warnings = new Set<string>();

  constructor(
    private readonly patient: PatientStore,
    private readonly store: AppStore,
    private readonly registry: FunctionRegistry,
    private readonly crons: CronTriggers,
    private readonly tree: LimitTree,
    private readonly changed: ConfigurationChanges,
    private readonly addresses: AddressChanges,
    private readonly presence: AppPresence,
    private readonly wakeup: Wakeup,
    private readonly changes: Changes,
    private readonly clock: Clock,
  ) {}

  /**
   * Stores what the app registers. A deployment older than the registered one changes nothing, not even the address.
   *
   * @throws InvalidRegistrationError naming everything that is wrong; nothing is changed then
   * @throws AddressRefusedError when the app's calls would go elsewhere, and the registration is not from the app
   * @throws StoreUnavailableError
   */
  async register(body: unknown, source: RegistrationSource): Promise<Registered> {
    const request = parseRegistration(body, source.kind === 'connection');
    const newer = newerDeployment(request, this.registry);
    if (newer) return this.keep(newer, request);
    const found = appOf(request, this.clock.now());
    const before = this.known(found)?.checksum;
    const functions = await this.check(request, found);
    const registering = { ...request, functionUrls: functions.map((fn) => fn.url) };
    await this.addresses.assertAllowed(registering, source);
    // The app may have registered by another request meanwhile, as it does when it is asked.
    const known = this.known(found);
    const app = { ...found, createdAt: known?.createdAt ?? found.createdAt };
    const modified = known?.checksum !== app.checksum || this.isStoredOtherwise(functions);
    const moved = this.addresses.describe(registering);
    // A newer deployment may have registered while this one was checked, or while the store could not be written.
    const newerMeanwhile = await this.patient.forRequest(() => {
      const other = newerDeployment(request, this.registry);
      if (other) return other;
      this.store.saveApp(app);
      if (modified) this.replace(app, functions);
      if (this.presence.isAwaited(app.id)) this.wake(functions);
      return undefined;
    });
    if (newerMeanwhile) return this.keep(newerMeanwhile, request);
    this.registry.load();
    this.presence.arrived(app.id);
    if (moved !== undefined) this.logger.warn(moved);
    if (modified) {
      const place = isConnectUrl(app.url) ? 'over a connection' : `at ${app.url}`;
      this.logger.log(`App "${app.name}" registered ${functions.length} function(s) ${place}`);
      this.changes.mark({ kind: 'functions' });
    }
    return { appId: app.id, syncId: randomUUID(), modified: modified || before !== app.checksum };
  }

  /** Answers an older deployment. When it serves where the app does, calls to the app can be made from now on. */
  private async keep(newer: NewerDeployment, request: RegisterRequest): Promise<Registered> {
    const { app, deployment } = newer;
    if (addressOf(app.url) === addressOf(request.url) && app.name === request.appName) {
      const functions = this.registry.active().filter((fn) => fn.app.id === app.id);
      if (this.presence.isAwaited(app.id)) await this.patient.forRequest(() => this.wake(functions));
      this.presence.arrived(app.id);
    }
    this.warnOnce(describeKept(newer, request));
    return { appId: app.id, syncId: randomUUID(), modified: false, newerDeployment: deployment };
  }

  private warnOnce(line: string): void {
    if (!this.warnings.has(line)) this.logger.warn(line);
    if (this.warnings.size >= MOST_WARNINGS) this.warnings.clear();
    this.warnings.add(line);
  }

  private known({ id }: App): App | undefined {
    return this.store.apps().find((app) => app.id === id);
  }

  /** Whether a stored function differs from what its app registers although the checksum is the same, as after damage to a row. */
  private isStoredOtherwise(functions: readonly AppFunction[]): boolean {
    const stored = new Map(this.store.functions().map(({ id, config }) => [id, config]));
    return functions.some(({ id, configText }) => stored.get(id) !== configText);
  }

  private wake(functions: readonly AppFunction[]): void {
    for (const { id } of functions) this.tree.openApp(id);
    this.wakeup.afterCommit();
  }

  /** Compiles the expressions of all functions, so it may take several turns. */
  private async check(request: RegisterRequest, app: App): Promise<AppFunction[]> {
    const mistakes: string[] = [];
    const seen = new Set<string>();
    const functions: AppFunction[] = [];
    let turn = new Turn();
    for (const config of request.functions) {
      if (turn.isOver) {
        await nextTurn();
        turn = new Turn();
      }
      const slug = typeof config['id'] === 'string' ? config['id'] : '';
      if (!slug) mistakes.push('A function has no id.');
      else if (seen.has(slug)) mistakes.push(`Two functions have the id "${slug}".`);
      seen.add(slug);
      const owner = this.otherOwner(slug, app);
      if (owner) mistakes.push(takenSlug(slug, owner));
      try {
        const fn = parseFunction(
          {
            id: uuidFor('function', slug),
            slug,
            appId: app.id,
            name: typeof config['name'] === 'string' ? config['name'] : slug,
            config: JSON.stringify(config),
            createdAt: this.clock.now(),
            archivedAt: null,
          },
          app,
        );
        const mistake = transportMistake(fn, app);
        if (mistake !== undefined) mistakes.push(mistake);
        functions.push(fn);
      } catch (error) {
        if (!(error instanceof InvalidFunctionError)) throw error;
        mistakes.push(error.message);
      }
    }
    if (mistakes.length > 0) {
      throw new InvalidRegistrationError(`At least one function is invalid: ${mistakes.join('\n')}`);
    }
    return functions;
  }

  /**
   * The app that has a function of this slug already, and is not this one under another name. Slugs alone cannot tell
   * the function "b-c" of the app "a" from "c" of "a-b".
   */
  private otherOwner(slug: string, app: App): App | undefined {
    const fn = this.registry.bySlug(slug);
    const isOther = fn?.archivedAt === null && fn.app.id !== app.id && fn.app.url !== app.url;
    return isOther ? fn.app : undefined;
  }

  private replace(app: App, functions: readonly AppFunction[]): void {
    const now = this.clock.now();
    const kept = new Set(functions.map((fn) => fn.id));
    // An app that serves where another one did is that one, under a new name.
    const renamed = this.store.apps().filter((other) => other.url === app.url && other.id !== app.id);
    for (const other of renamed) this.store.saveApp({ ...other, checksum: '' });
    const before = new Map<string, Record<string, unknown>>();
    for (const old of this.store.functions()) {
      const isGone = old.appId === app.id ? !kept.has(old.id) : renamed.some(({ id }) => id === old.appId);
      if (isGone) this.store.archiveFunction(old.id, now);
      before.set(old.id, readStoredRecord(old.config));
    }
    for (const fn of functions) {
      this.store.saveFunction({ ...fn, appId: app.id, config: fn.configText });
      const old = before.get(fn.id);
      if (!old) continue;
      this.changed.apply(fn, {
        limits: limitsIn(old) !== limitsIn(fn.config),
        timeouts: timeoutsIn(old) !== timeoutsIn(fn.config),
        cancelOn: cancelOnIn(old) !== cancelOnIn(fn.config),
      });
    }
    this.wake(functions);
    this.crons.replace(app.id, functions);
  }
}

function appOf(request: RegisterRequest, now: number): App {
  return {
    id: uuidFor('app', request.appName),
    name: request.appName,
    url: request.url,
    sdk: request.sdk,
    framework: request.framework,
    version: request.appVersion ?? null,
    createdAt: now,
    syncedAt: now,
    checksum: createHash('sha256').update(JSON.stringify(request)).digest('hex'),
  };
}

/** Whoever registers a function must be who is called for it. */
function transportMistake({ slug, url }: AppFunction, app: App): string | undefined {
  if (isConnectUrl(url) === isConnectUrl(app.url)) return undefined;
  const why = isConnectUrl(url)
    ? 'its runtime is "ws", which only a worker registers, over the connection that it opens with connect().'
    : 'its runtime is "http", and a worker that connects is called over its connection.';
  return `Function "${slug}" cannot be registered: ${why}`;
}

function takenSlug(slug: string, { name, url }: App): string {
  return (
    `Function "${slug}" cannot be registered: the app "${name}" at ${url} has one of the same id. ` +
    'Give this app, or the function, another id.'
  );
}

/** The limits that waiting runs are held by, as text, to see whether they have changed. */
function limitsIn({ concurrency, throttle }: Record<string, unknown>): string {
  return JSON.stringify([concurrency ?? null, throttle ?? null]);
}

/** The timeouts that unfinished runs are under, as text. */
function timeoutsIn({ timeouts }: Record<string, unknown>): string {
  return JSON.stringify(timeouts ?? null);
}

/** What its runs are cancelled by, as text. */
function cancelOnIn({ cancel }: Record<string, unknown>): string {
  return JSON.stringify(cancel ?? null);
}
