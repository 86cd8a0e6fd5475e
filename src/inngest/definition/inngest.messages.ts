import { INNGEST_PATH } from './inngest.constants.js';

export const NO_FUNCTIONS =
  'No Inngest function was found. Put @InngestFunction on a method of a provider, and its class into the ' +
  '`providers` of a module that the application imports.';

export const notServed = (status: number, reason: string): string =>
  `A call to ${INNGEST_PATH} was answered ${status}: ${reason}`;

export const registered = (url: string, functions: readonly string[]): string =>
  `Registered with Inngest at ${url}: ${functions.join(', ') || 'no functions'}`;

export const registeredAgain = (url: string, functions: readonly string[]): string =>
  `✅ Inngest is back at ${url}; registered: ${functions.join(', ') || 'no functions'}`;

export const unreachable = (isDev: boolean, url: string, reason: string, hint?: string): string =>
  `❌ ${isDev ? 'Inngest Dev Server' : 'Inngest'} not reachable at ${url} (${hint ? `${hint}; ` : ''}${reason})`;

export const refused = (url: string, reason: string): string =>
  `❌ Inngest at ${url} refused the registration: ${reason}`;

export const selfUnreachable = (url: string, reason: string): string =>
  `❌ This application did not answer at ${url}, so its functions could not be registered: ${reason}`;

export const retryFunctionFailed = (functionId: string, reason: string): string =>
  `The retry function for "${functionId}" failed (${reason}). The default backoff is used for this attempt.`;
