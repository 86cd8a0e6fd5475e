import type { LazyModuleLoader } from '@nestjs/core';

type Load = LazyModuleLoader['load'];
/** Throws if the loaded modules can no longer have an effect. */
type Check = () => void;

const checksOf = new WeakMap<LazyModuleLoader, Set<Check>>();

/**
 * Runs a check after every lazy load of a module. If the check throws, that load rejects, and so does each later load
 * of the same module. Nest has no hook for this, so this replaces the loader's method.
 */
export function checkLazyLoads(loader: LazyModuleLoader, check: Check): void {
  const checks = checksOf.get(loader);
  if (checks) {
    checks.add(check);
    return;
  }
  const own = new Set([check]);
  checksOf.set(loader, own);
  loader.load = checked(loader.load.bind(loader), own);
}

function checked(load: Load, checks: ReadonlySet<Check>): Load {
  const refused = new Map<unknown, unknown>();
  return async (loaderFn, options) => {
    let key: unknown;
    const loaded = await load(async () => {
      const definition = await loaderFn();
      key = 'module' in definition ? definition.module : definition;
      if (refused.has(key)) throw refused.get(key);
      return definition;
    }, options);
    // Every app has its own check, and each must run for every load.
    const errors = [...checks].flatMap((check) => {
      try {
        check();
        return [];
      } catch (error) {
        return [error];
      }
    });
    if (errors.length > 0) {
      refused.set(key, errors[0]);
      throw errors[0];
    }
    return loaded;
  };
}
