import type { InngestMetadataAccessor } from './inngest-metadata.accessor.js';

/** A method that overrides a decorated one and is not decorated itself, so it is not a handler. */
export interface LostDecorator {
  /** `Class.method` of the override. */
  readonly override: string;
  /** `Class.method` that it overrides. */
  readonly overridden: string;
  /** The source text of the missing decorator. */
  readonly decorator: string;
  /** The name of the handler's app; undefined for the app without a name. */
  readonly app: string | undefined;
}

/**
 * Finds the undecorated overrides of decorated methods on the prototypes of a class. A decorator belongs to a method,
 * so an override does not inherit it.
 */
export function lostDecorators(prototype: object, metadata: InngestMetadataAccessor): LostDecorator[] {
  const lost: LostDecorator[] = [];
  const seen = new Map<string, { readonly owner: object; readonly method: object }>();
  for (const owner of prototypesOf(prototype)) {
    for (const [key, { value: method }] of Object.entries(Object.getOwnPropertyDescriptors(owner))) {
      if (typeof method !== 'function' || key === 'constructor') continue;
      const override = seen.get(key);
      if (override === undefined) {
        seen.set(key, { owner, method });
        continue;
      }
      const names = {
        override: `${override.owner.constructor.name}.${key}`,
        overridden: `${owner.constructor.name}.${key}`,
      };
      const fn = metadata.fn(method);
      if (fn !== undefined && metadata.fn(override.method) === undefined) {
        const decorator = fn.kind === 'function' ? '@InngestFunction' : '@InngestDefer';
        lost.push({
          ...names,
          app: fn.options.app,
          decorator: `${decorator}({ id: '${fn.options.id}', ... })`,
        });
      }
      const failure = metadata.failureHandler(method);
      if (failure !== undefined && metadata.failureHandler(override.method) === undefined) {
        lost.push({ ...names, app: failure.app, decorator: `@OnInngestFailure('${failure.functionId}')` });
      }
    }
  }
  return lost;
}

function* prototypesOf(prototype: object): Iterable<object> {
  for (
    let owner: object | null = prototype;
    owner !== null && owner !== Object.prototype;
    owner = Object.getPrototypeOf(owner) as object | null
  ) {
    yield owner;
  }
}
