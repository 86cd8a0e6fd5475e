export const noFunctions = (app: string): string =>
  `No Inngest function was found for ${app}. Put @InngestFunction on a method of a provider, and add its class to the ` +
  '`providers` of a module that the application imports.';

export const notServedHere = (app: string, functions: readonly string[]): string =>
  `This process only sends events for ${app}, so it does not serve its functions: ${functions.join(', ')}`;

export const lostDecorator = (override: string, overridden: string, decorator: string): string =>
  `${override} overrides ${overridden} without a decorator, so Inngest does not call it. ` +
  `Put ${decorator} on the override too: methods do not inherit decorators.`;
export const connectsInThisThread = (hasNoChoice: boolean): string =>
  `The connection to Inngest runs in the thread of the functions${
    hasNoChoice ? ', because this version of Node has no WebSocket (22 and later do)' : ''
  }: a step that blocks the event loop also stops the heartbeats, and Inngest then takes the worker for dead.`;

export const notConnectedYet = (): string =>
  'Inngest answers, but the connection is not open. If this lasts, read the log of Inngest: it may refuse the functions';

export const notConnected = (): string => 'the connection is lost; the SDK is opening a new one';

export const calledByConnection = (): string =>
  'This app receives its calls over a connection to Inngest, so it has no endpoint.';

export const needsServeOrigin = (): string =>
  'The functions are not registered: Inngest Cloud cannot reach the address that this process listens on. Set ' +
  "`serveOrigin` to the application's public address, or `registration: 'manual'`.";

export const notServed = (path: string, status: number, reason: string): string =>
  `A call to ${path} was answered ${status}: ${reason}`;

export const registered = (url: string, functions: readonly string[]): string =>
  `Registered with Inngest at ${url}: ${functions.join(', ') || 'no functions'}`;

export const registeredAgain = (url: string, functions: readonly string[]): string =>
  `✅ Inngest is back at ${url}; registered: ${functions.join(', ') || 'no functions'}`;

export const lost = (url: string, reason: string): string =>
  `The functions are registered again with Inngest at ${url}: ${reason}`;

export const superseded = (url: string, deployment: number, by: number): string =>
  `Deployment ${deployment} leaves the functions at Inngest (${url}) as deployment ${by} registered them. This replica ` +
  `serves calls until it stops. To roll back to it, start it with a deployment above ${by}.`;

export const unreachable = (isDev: boolean, url: string, reason: string, hint?: string): string =>
  `❌ ${isDev ? 'Inngest Dev Server' : 'Inngest'} not reachable at ${url} (${hint ? `${hint}; ` : ''}${reason})`;

export const refused = (url: string, reason: string): string =>
  `❌ Inngest at ${url} refused the registration: ${reason}`;

export const selfUnaddressable = (reason: string): string => `The functions are not registered: ${reason}`;

export const selfUnreachable = (url: string, reason: string): string =>
  `❌ This application did not answer at ${url}, so its functions could not be registered: ${reason}`;

export const retryFunctionFailed = (functionId: string, reason: string): string =>
  `The retry function for "${functionId}" failed (${reason}). The default backoff is used for this attempt.`;
