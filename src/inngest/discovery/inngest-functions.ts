import { Inject, Injectable, Logger } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import type { Handler, Inngest, InngestFunction as SdkFunction } from 'inngest';
import { createDefer } from 'inngest/experimental';
import { DuplicateFailureHandlerError } from '../errors/duplicate-failure-handler.error.js';
import { DuplicateFunctionError } from '../errors/duplicate-function.error.js';
import { LateHandlersError } from '../errors/late-handlers.error.js';
import { UnknownAppError } from '../errors/unknown-app.error.js';
import { UnknownFunctionError } from '../errors/unknown-function.error.js';
import { UnsupportedFailureHandlerError } from '../errors/unsupported-failure-handler.error.js';
import { DEFAULT_APP, InngestApp } from '../definition/inngest-app.js';
import { INNGEST_CLIENT, INNGEST_LOG_CONTEXT } from '../definition/inngest.constants.js';
import { lostDecorator, noFunctions, notServedHere } from '../definition/inngest.messages.js';
import { RetryPolicies } from '../retry/retry-policies.js';
import { assertOptions } from './assert-options.js';
import type {
  DiscoveredFailureHandler,
  DiscoveredFunction,
  DiscoveredMethod,
} from './discovered-handlers.js';
import { InngestApps } from './inngest-apps.js';
import { InngestExplorer } from './inngest.explorer.js';
import { checkLazyLoads } from './lazy-loads.js';
import type { LostDecorator } from './lost-decorators.js';
import { sdkOptions, sdkTriggers } from './sdk-options.js';

/** The functions of one app: converts the handlers that the explorer found to the SDK's functions. */
@Injectable()
export class InngestFunctions {
  private readonly logger = new Logger(INNGEST_LOG_CONTEXT);
  private readonly known = new Map<object, Set<string>>();
  private knownApps: readonly string[] = [];
  private built: readonly SdkFunction.Any[] | undefined;

  constructor(
    @Inject(INNGEST_CLIENT) private readonly client: Inngest,
    private readonly explorer: InngestExplorer,
    private readonly policies: RetryPolicies,
    private readonly app: InngestApp,
    private readonly apps: InngestApps,
    loader: LazyModuleLoader,
  ) {
    checkLazyLoads(loader, () => this.assertNoneIsLate());
  }

  /** The functions' ids, without the app's. */
  get ids(): readonly string[] {
    return this.all.map((fn) => fn.id());
  }

  /**
   * The SDK's functions, created at the first call. All providers must exist by then.
   *
   * @throws InvalidOptionsError, DuplicateFunctionError, DuplicateFailureHandlerError, UnknownFunctionError,
   * UnsupportedFailureHandlerError, NotASingletonError, UnknownAppError
   */
  get all(): readonly SdkFunction.Any[] {
    this.built ??= this.build();
    return this.built;
  }

  private build(): readonly SdkFunction.Any[] {
    const found = this.explorer.explore();
    this.knownApps = this.apps.names;
    this.takeNew([...found.functions, ...found.failureHandlers]);
    this.warnOfLost(found.lost);
    const functions = this.own(found.functions);
    const failureHandlers = this.own(found.failureHandlers);
    functions.forEach(assertOptions);
    const byId = uniqueById(functions);
    const failureById = uniqueFailures(failureHandlers, byId);
    if (this.app.options.sendOnly) {
      if (byId.size > 0) this.logger.warn(notServedHere(this.app.title, [...byId.keys()]));
      return [];
    }
    if (byId.size === 0) this.logger.warn(noFunctions(this.app.title));
    return functions.map((fn) => this.create(fn, failureById.get(fn.options.id)));
  }

  private create(fn: DiscoveredFunction, failureHandler?: DiscoveredFailureHandler): SdkFunction.Any {
    const { id, retry } = fn.options;
    const call = fn.call as Handler.Any;
    if (retry !== undefined) this.policies.set(id, retry);
    if (fn.kind === 'deferred') return createDefer(this.client, sdkOptions(fn.options), call);
    const { triggers, ...options } = sdkOptions(fn.options);
    const onFailure = failureHandler?.call ?? options.onFailure;
    return this.client.createFunction(
      {
        ...options,
        triggers: sdkTriggers(triggers),
        ...(onFailure && { onFailure: onFailure as Handler.Any }),
      },
      call,
    );
  }

  /** @throws LateHandlersError if handlers were loaded that can no longer be registered */
  private assertNoneIsLate(): void {
    if (this.built === undefined) return;
    const apps = this.apps.names.filter((name) => !this.knownApps.includes(name));
    this.knownApps = this.apps.names;
    if (apps.length > 0) throw LateHandlersError.ofApps(apps);
    const { functions, failureHandlers } = this.explorer.explore();
    const late = this.takeNew(this.own([...functions, ...failureHandlers]));
    // An app with `sendOnly` serves no functions.
    if (late.length > 0 && !this.app.options.sendOnly) throw LateHandlersError.ofHandlers(late);
  }

  /** Stores these handlers. @returns the names of the new ones */
  private takeNew(handlers: readonly DiscoveredMethod[]): string[] {
    return handlers
      .filter(({ instance, name }) => {
        const names = this.known.get(instance) ?? new Set();
        this.known.set(instance, names);
        return names.size !== names.add(name).size;
      })
      .map(({ name }) => name);
  }

  private warnOfLost(lost: readonly LostDecorator[]): void {
    for (const { override, overridden, decorator, app = DEFAULT_APP } of lost) {
      if (app === this.app.name) this.logger.warn(lostDecorator(override, overridden, decorator));
    }
  }

  /** The handlers of this app. @throws UnknownAppError if a handler belongs to an unknown app */
  private own<T extends DiscoveredMethod>(handlers: readonly T[]): T[] {
    const { names } = this.apps;
    return handlers.filter(({ name, app = DEFAULT_APP }) => {
      if (!names.includes(app)) throw new UnknownAppError(name, app === DEFAULT_APP ? undefined : app, names);
      return app === this.app.name;
    });
  }
}

function uniqueById(functions: readonly DiscoveredFunction[]): Map<string, DiscoveredFunction> {
  const byId = new Map<string, DiscoveredFunction>();
  for (const fn of functions) {
    const other = byId.get(fn.options.id);
    if (other) throw new DuplicateFunctionError(fn.options.id, other.name, fn.name);
    byId.set(fn.options.id, fn);
  }
  return byId;
}

function uniqueFailures(
  handlers: readonly DiscoveredFailureHandler[],
  functions: ReadonlyMap<string, DiscoveredFunction>,
): Map<string, DiscoveredFailureHandler> {
  const byId = new Map<string, DiscoveredFailureHandler>();
  for (const handler of handlers) {
    const { functionId } = handler;
    const fn = functions.get(functionId);
    if (!fn) throw new UnknownFunctionError(functionId, handler.name, [...functions.keys()]);
    if (fn.kind === 'deferred') throw new UnsupportedFailureHandlerError(functionId, handler.name, fn.name);
    const other =
      byId.get(functionId)?.name ?? (fn.options.onFailure && `the onFailure option of ${fn.name}`);
    if (other) throw new DuplicateFailureHandlerError(functionId, other, handler.name);
    byId.set(functionId, handler);
  }
  return byId;
}
