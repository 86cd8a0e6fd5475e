import type { InngestModuleOptions } from './inngest-module-options.js';
import { pathOf } from './inngest-path.js';

/** The name of the app whose module was imported without one. */
export const DEFAULT_APP = 'default';

/** One app of the process, which is one import of `InngestModule`. */
export class InngestApp {
  /** The path at which Inngest calls the app; undefined with `connect` or `sendOnly`. */
  readonly path: string | undefined;
  /** How Inngest calls the app; undefined with `sendOnly`. */
  readonly transport: 'serve' | 'connect' | undefined;

  /** @param name the `name` in the module's options, or {@link DEFAULT_APP} */
  constructor(
    readonly name: string,
    readonly options: InngestModuleOptions,
  ) {
    this.transport = options.sendOnly ? undefined : (options.transport ?? 'serve');
    this.path = this.transport === 'serve' ? pathOf(options) : undefined;
  }

  /** `the app "billing"`, or `the app` for the one without a name. */
  get title(): string {
    return this.name === DEFAULT_APP ? 'the app' : `the app "${this.name}"`;
  }
}
