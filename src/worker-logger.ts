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
    const context = rest.at(-1);
    if (typeof context === 'string' && BOOT_CONTEXTS.has(context)) return;
    super.log(message, ...(rest as [string]));
  }
}
