import type { InngestModuleOptions } from './inngest-module-options.js';
import { INNGEST_PATH } from './inngest.constants.js';

/** Segments of characters that need no escape, in a URL or in a route. */
const PATH = /^(?:\/[\w.~-]+)+$/;

/** Where an app is served: the `path` of its options, with one leading slash and no trailing one. */
export function pathOf({ path = INNGEST_PATH }: Pick<InngestModuleOptions, 'path'>): string {
  const bare = path.replace(/\/+$/, '');
  return bare.startsWith('/') ? bare : `/${bare}`;
}

/** Whether {@link pathOf} makes a path of it that can be served and registered. */
export function isPath(path: string): boolean {
  return PATH.test(pathOf({ path }));
}
