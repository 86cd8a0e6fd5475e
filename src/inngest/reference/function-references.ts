import { Inject, Injectable } from '@nestjs/common';
import { referenceFunction, type Inngest, type InngestFunctionReference } from 'inngest';
import { INNGEST_CLIENT } from '../definition/inngest.constants.js';
import type { FunctionReferencesLike } from '../definition/function-tokens.js';
import { InngestApps } from '../discovery/inngest-apps.js';
import { InngestMetadataAccessor } from '../discovery/inngest-metadata.accessor.js';
import { DeferredReference } from './deferred-reference.js';

/**
 * Creates references to functions by their methods. A reference looks up its app's id when it is used, because the
 * app's options, which contain the id, may not be loaded yet when it is injected.
 */
@Injectable()
export class FunctionReferences implements FunctionReferencesLike {
  constructor(
    private readonly apps: InngestApps,
    private readonly metadata: InngestMetadataAccessor,
    @Inject(INNGEST_CLIENT) private readonly client: Inngest,
  ) {}

  /** @param method a method with `@InngestFunction` or `@InngestDefer` */
  of(method: object): InngestFunctionReference.Any | DeferredReference | undefined {
    const fn = this.metadata.fn(method);
    if (fn === undefined) return undefined;
    const { id, app } = fn.options;
    const appId = (): string => this.apps.idOf(app, id);
    if (fn.kind === 'deferred') return new DeferredReference(this.client, fn.options, appId);
    const reference = referenceFunction({ functionId: id });
    Object.defineProperty(reference, 'opts', { get: () => ({ functionId: id, appId: appId() }) });
    return reference;
  }
}
