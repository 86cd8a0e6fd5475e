/** What Nest says while an application comes up, once per module and route. */
const BOOT_CONTEXTS = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
  'GraphQLModule',
]);

/**
 * Whether Nest logs this while an application comes up. A start-up message says what matters of it, and what goes wrong
 * is thrown, too.
 *
 * @param rest what a logger is given after the message; Nest's Logger puts its context last
 */
export function isBootLine(rest: readonly unknown[]): boolean {
  const context = rest.at(-1);
  return typeof context === 'string' && BOOT_CONTEXTS.has(context);
}
