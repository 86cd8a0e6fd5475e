/** A decorator of this module stands where it can have no effect. */
export class HandlerPlacementError extends Error {
  override readonly name = 'HandlerPlacementError';

  static notAMethod(decorator: string, target: object, key: string | symbol): HandlerPlacementError {
    return new HandlerPlacementError(
      `${decorator} is on ${describe(target, key)}, which is not a method of instances. ` +
        'Put it on an ordinary method of a provider.',
    );
  }

  static twice(decorator: string, target: object, key: string | symbol): HandlerPlacementError {
    return new HandlerPlacementError(
      `${decorator} is on ${describe(target, key)}, which has such a decorator already. Give each function a method of its own.`,
    );
  }
}

function describe(target: object, key: string | symbol): string {
  return typeof target === 'function'
    ? `static ${target.name}.${String(key)}`
    : `${target.constructor.name}.${String(key)}`;
}
