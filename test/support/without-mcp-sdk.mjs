// Preloaded with `node --import`: hides the MCP SDK, as if the project had not installed it, and prints every attempt to load it.
import { register } from 'node:module';

const hook = `
import { writeSync } from 'node:fs';
const SDK = '@modelcontextprotocol/sdk';
export async function resolve(specifier, context, nextResolve) {
  if (!specifier.startsWith(SDK)) return nextResolve(specifier, context);
  writeSync(1, 'asked for ' + specifier + '\\n');
  // As Node says it; the hook that compiles TypeScript has other words.
  const message = "Cannot find package '" + SDK + "' imported from " + context.parentURL;
  throw Object.assign(new Error(message), { code: 'ERR_MODULE_NOT_FOUND' });
}`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
