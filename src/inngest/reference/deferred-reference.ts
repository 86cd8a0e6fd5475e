import type { Inngest } from 'inngest';
import { DeferredFunction } from 'inngest/experimental';
import type { InngestDeferOptions, InngestDeferSchema } from '../decorators/inngest-defer.decorator.js';
import { ForeignDeferError } from '../errors/foreign-defer.error.js';

/**
 * A reference to a deferred function, for calls of `defer`. It is not served: the module creates another object for
 * that.
 */
export class DeferredReference extends DeferredFunction<InngestDeferSchema> {
  readonly #appId: () => string;

  /** @param appId returns the id of the app that the function belongs to */
  constructor(client: Inngest, { id, schema }: InngestDeferOptions, appId: () => string) {
    super(client, { id }, () => undefined, schema);
    this.#appId = appId;
  }

  /**
   * @param caller the id of the app whose function calls `defer`
   * @throws ForeignDeferError if the deferred function belongs to another app. The SDK logs the error and skips the
   * call.
   */
  override id(caller?: string): string {
    const app = this.#appId?.();
    if (caller !== undefined && caller !== app) throw new ForeignDeferError(this.opts.id, app, caller);
    return super.id(caller);
  }
}
