import { signingKeyHash } from '../../common/signing-key-hash.js';

/** Where an Inngest is, and the keys it asks for. */
export interface TargetAddress {
  /** Such as `http://localhost:8288`. */
  readonly url: string;
  readonly eventKey?: string | undefined;
  readonly signingKey?: string | undefined;
}

/** Development servers take any event key. */
const ANY_EVENT_KEY = 'validate';

/** Whether this is Inngest Cloud, whose parts have hosts of their own. */
export function isCloud({ url }: TargetAddress): boolean {
  return /(^|\.)(inngest\.com|inn\.gs)$/.test(new URL(url).hostname);
}

export function eventUrl(target: TargetAddress): string {
  const origin = isCloud(target) ? 'https://inn.gs' : target.url;
  return `${origin}/e/${target.eventKey ?? ANY_EVENT_KEY}`;
}

/** The start of every path of version 2 of the API. */
export function apiUrl(target: TargetAddress): string {
  return isCloud(target) ? 'https://api.inngest.com/v2' : `${target.url}/api/v2`;
}

/** The run in the target's dashboard; undefined for Inngest Cloud, whose address needs an account's name. */
export function dashboardUrl(target: TargetAddress, runId: string): string | undefined {
  return isCloud(target) ? undefined : `${target.url}/run?runID=${runId}`;
}

/** How callers of the API identify themselves: with the hash of the signing key, as the SDK does. */
export function authorization({ signingKey }: TargetAddress): Record<string, string> {
  return signingKey ? { authorization: `Bearer ${signingKeyHash(signingKey)}` } : {};
}
