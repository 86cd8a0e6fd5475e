import type { InngestModuleOptions } from './inngest-module-options.js';
import { INNGEST_PATH } from './inngest.constants.js';

/** A path whose characters need no escape, neither in a URL nor in a route. */
const PATH = /^(?:\/[\w.~-]+)+$/;

/** The path of an app: the `path` of its options, with one leading slash and no trailing slash. */
export function pathOf({ path = INNGEST_PATH }: Pick<InngestModuleOptions, 'path'>): string {
  const bare = path.replace(/\/+$/, '');
  return bare.startsWith('/') ? bare : `/${bare}`;
}

/** Whether {@link pathOf} converts it to a path that can be served and registered. */
export function isPath(path: string): boolean {
  return PATH.test(pathOf({ path }));
}
