/** A decorator of this module is in a place where it has no effect. */
export class HandlerPlacementError extends Error {
  override readonly name = 'HandlerPlacementError';

  static notAMethod(decorator: string, target: object, key: string | symbol): HandlerPlacementError {
    return new HandlerPlacementError(
      `${decorator} is on ${describe(target, key)}, which is not an instance method. ` +
        'Put it on an ordinary method of a provider.',
    );
  }

  static twice(decorator: string, target: object, key: string | symbol): HandlerPlacementError {
    return new HandlerPlacementError(
      `${decorator} is on ${describe(target, key)}, which already has such a decorator. Use one method per function.`,
    );
  }
}

function describe(target: object, key: string | symbol): string {
  return typeof target === 'function'
    ? `static ${target.name}.${String(key)}`
    : `${target.constructor.name}.${String(key)}`;
}
