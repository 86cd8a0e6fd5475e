/**
 * A deployment is a whole number that grows with every rollout. It travels inside the app version, which every Inngest
 * takes with a registration and shows again: as build metadata of Semantic Versioning (`1.4.0+deployment.42`), or alone
 * (`deployment.42`) where the app names no version. A plain number is a version and no deployment.
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
 * @param version as the app names it; undefined or empty when it names none
 */
export function withDeployment(version: string | undefined, deployment: number): string {
  const part = `deployment.${deployment}`;
  if (!version) return part;
  return `${version}${version.includes('+') ? '.' : '+'}${part}`;
}

/** The deployment in an app version; undefined when there is none. */
export function deploymentIn(version: string | null | undefined): number | undefined {
  if (!version) return undefined;
  const plus = version.indexOf('+');
  const [, digits] = (plus < 0 ? ALONE.exec(version) : IN_METADATA.exec(version.slice(plus + 1))) ?? [];
  const deployment = digits === undefined ? undefined : Number(digits);
  return isDeployment(deployment) ? deployment : undefined;
}
