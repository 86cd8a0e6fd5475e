/** The contexts of the lines that Nest logs while an application starts, once per module and route. */
const BOOT_CONTEXTS = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
  'GraphQLModule',
]);

/**
 * Whether Nest logs this line while an application starts. Loggers drop such lines: a start message contains what
 * matters, and errors are also thrown.
 *
 * @param rest the arguments of the logger after the message; the last is the context of Nest's Logger
 */
export function isBootLine(rest: readonly unknown[]): boolean {
  const context = rest.at(-1);
  return typeof context === 'string' && BOOT_CONTEXTS.has(context);
}
