/**
 * A deployment is a whole number that grows with every rollout. The app version contains it, because every Inngest
 * accepts an app version in a registration and reports it: as build metadata of Semantic Versioning
 * (`1.4.0+deployment.42`), or alone (`deployment.42`) if the app names no version. A plain number is a version, not a
 * deployment.
 */
const ALONE = /^deployment\.(\d{1,16})$/;
const IN_METADATA = /(?:^|\.)deployment\.(\d{1,16})$/;

/** Whether a value is a whole number from 0 that JavaScript represents exactly. */
export function isDeployment(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/**
 * The app version with the deployment in it.
 *
 * @param version the app's own version; undefined or empty if it has none
 */
export function withDeployment(version: string | undefined, deployment: number): string {
  const part = `deployment.${deployment}`;
  if (!version) return part;
  return `${version}${version.includes('+') ? '.' : '+'}${part}`;
}

/** The deployment in an app version; undefined if it has none. */
export function deploymentIn(version: string | null | undefined): number | undefined {
  if (!version) return undefined;
  const plus = version.indexOf('+');
  const [, digits] = (plus < 0 ? ALONE.exec(version) : IN_METADATA.exec(version.slice(plus + 1))) ?? [];
  const deployment = digits === undefined ? undefined : Number(digits);
  return isDeployment(deployment) ? deployment : undefined;
}
