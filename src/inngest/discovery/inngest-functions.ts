import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Handler, Inngest, InngestFunction as SdkFunction } from 'inngest';
import { DuplicateFailureHandlerError } from '../errors/duplicate-failure-handler.error.js';
import { DuplicateFunctionError } from '../errors/duplicate-function.error.js';
import { UnknownFunctionError } from '../errors/unknown-function.error.js';
import { INNGEST_CLIENT, INNGEST_LOG_CONTEXT } from '../definition/inngest.constants.js';
import { NO_FUNCTIONS } from '../definition/inngest.messages.js';
import { RetryPolicies } from '../retry/retry-policies.js';
import { assertOptions } from './assert-options.js';
import type { DiscoveredFailureHandler, DiscoveredFunction } from './discovered-handlers.js';
import { InngestExplorer } from './inngest.explorer.js';

/** The application's functions: what the explorer found, made into the SDK's functions. */
@Injectable()
export class InngestFunctions {
  private readonly logger = new Logger(INNGEST_LOG_CONTEXT);
  private built: readonly SdkFunction.Any[] | undefined;

  constructor(
    @Inject(INNGEST_CLIENT) private readonly client: Inngest,
    private readonly explorer: InngestExplorer,
    private readonly policies: RetryPolicies,
  ) {}

  /** The functions' ids, without the app's. */
  get ids(): readonly string[] {
    return this.all.map((fn) => fn.id());
  }

  /**
   * The SDK's functions, made at the first call; by then every provider must have been instantiated.
   *
   * @throws InvalidOptionsError, DuplicateFunctionError, DuplicateFailureHandlerError, UnknownFunctionError,
   * NotASingletonError
   */
  get all(): readonly SdkFunction.Any[] {
    this.built ??= this.build();
    return this.built;
  }

  private build(): readonly SdkFunction.Any[] {
    const { functions, failureHandlers } = this.explorer.explore();
    functions.forEach(assertOptions);
    const byId = uniqueById(functions);
    const failureById = uniqueFailures(failureHandlers, byId);
    if (byId.size === 0) this.logger.warn(NO_FUNCTIONS);
    return functions.map(({ options: { retry, ...options }, call }) => {
      const onFailure = failureById.get(options.id)?.call ?? options.onFailure;
      if (retry !== undefined) this.policies.set(options.id, retry);
      return this.client.createFunction(
        { ...options, ...(onFailure && { onFailure: onFailure as Handler.Any }) },
        call as Handler.Any,
      );
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
    const other =
      byId.get(functionId)?.name ?? (fn.options.onFailure && `the onFailure option of ${fn.name}`);
    if (other) throw new DuplicateFailureHandlerError(functionId, other, handler.name);
    byId.set(functionId, handler);
  }
  return byId;
}
