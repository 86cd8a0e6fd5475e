import { deploymentIn } from '../../common/deployment.js';
import type { FunctionRegistry } from '../functions/function-registry.js';
import type { App } from '../store/app.store.js';

/** An app as a newer deployment registered it. */
export interface NewerDeployment {
  readonly app: App;
  readonly deployment: number;
  /** The deployment that wants to register. */
  readonly older: number;
}

/**
 * The app that a newer deployment registered and that this registration would change: the app itself, or one that it
 * would replace because it serves at the same URL. Undefined when there is none, or when the registration names no
 * deployment: another program took the app over then, and the last registration counts.
 */
export function newerDeployment(
  { appName, appVersion, url }: { appName: string; appVersion?: string; url: string },
  registry: FunctionRegistry,
): NewerDeployment | undefined {
  const older = deploymentIn(appVersion);
  if (older === undefined) return undefined;
  const active = new Set(registry.active().map((fn) => fn.app.id));
  for (const app of registry.allApps()) {
    // The checksum is empty when an app of another name took this one's place.
    const isAffected = app.name === appName ? app.checksum !== '' : app.url === url && active.has(app.id);
    const deployment = deploymentIn(app.version);
    if (isAffected && deployment !== undefined && deployment > older) return { app, deployment, older };
  }
  return undefined;
}

/** What to log when a newer deployment's registration stays. */
export function describeKept(
  { app, deployment, older }: NewerDeployment,
  { appName, url }: { appName: string; url: string },
): string {
  return (
    `Deployment ${older} of app "${appName}" at ${url} changes nothing: deployment ${deployment} of app "${app.name}" is ` +
    `registered. To roll back, give the older build a DEPLOYMENT (the module's option "deployment") above ${deployment}.`
  );
}
