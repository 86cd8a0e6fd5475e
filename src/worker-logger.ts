import { InngestLogger } from './inngest/index.js';

/** What Nest says while an application comes up, once per module and route. The banner says what matters of it. */
const BOOT_CONTEXTS = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/** The log of the process: Nest's, with the step on every line logged inside one, and quiet while it comes up. */
export class WorkerLogger extends InngestLogger {
  override log(message: unknown, ...rest: unknown[]): void {
    if (!isOfBoot(rest)) super.log(message, ...(rest as [string]));
  }

  /** What goes wrong while it comes up is thrown, too, and told once, by main. */
  override error(message: unknown, ...rest: unknown[]): void {
    if (!isOfBoot(rest)) super.error(message, ...(rest as [string]));
  }
}

/** Nest's Logger puts its context last. */
function isOfBoot(rest: readonly unknown[]): boolean {
  const context = rest.at(-1);
  return typeof context === 'string' && BOOT_CONTEXTS.has(context);
}
