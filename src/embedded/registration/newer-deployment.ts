import { deploymentIn } from '../../common/deployment.js';
import type { FunctionRegistry } from '../functions/function-registry.js';
import type { App } from '../store/app.store.js';

/** An app that a newer deployment has registered. */
export interface NewerDeployment {
  readonly app: App;
  readonly deployment: number;
  /** The deployment that wants to register. */
  readonly older: number;
}

/**
 * Finds an app that a newer deployment registered and that this registration would change: the app of the same name, or an
 * app that it would replace because it has the same URL. Undefined if there is none, or if the registration names no
 * deployment: then the last registration counts, because another program may have taken over the app.
 */
export function newerDeployment(
  { appName, appVersion, url }: { appName: string; appVersion?: string; url: string },
  registry: FunctionRegistry,
): NewerDeployment | undefined {
  const older = deploymentIn(appVersion);
  if (older === undefined) return undefined;
  const active = new Set(registry.active().map((fn) => fn.app.id));
  for (const app of registry.allApps()) {
    // An empty checksum means that an app of another name has replaced this one.
    const isAffected = app.name === appName ? app.checksum !== '' : app.url === url && active.has(app.id);
    const deployment = deploymentIn(app.version);
    if (isAffected && deployment !== undefined && deployment > older) return { app, deployment, older };
  }
  return undefined;
}

/** The log line for a registration that changes nothing because a newer deployment is registered. */
export function describeKept(
  { app, deployment, older }: NewerDeployment,
  { appName, url }: { appName: string; url: string },
): string {
  return (
    `Deployment ${older} of app "${appName}" at ${url} changes nothing: deployment ${deployment} of app "${app.name}" is ` +
    `registered. To roll back, give the older build a DEPLOYMENT (the module's option "deployment") above ${deployment}.`
  );
}
