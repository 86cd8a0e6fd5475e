import { signingKeyHash } from '../../common/signing-key-hash.js';

/** The address of an Inngest and the keys that it requires. */
export interface TargetAddress {
  /** The URL without a path, such as `http://localhost:8288`. */
  readonly url: string;
  readonly eventKey?: string | undefined;
  readonly signingKey?: string | undefined;
}

/** Development servers accept any event key. */
const ANY_EVENT_KEY = 'validate';

/** Whether this is Inngest Cloud, which serves its API and its events at separate hosts. */
export function isCloud({ url }: TargetAddress): boolean {
  return /(^|\.)(inngest\.com|inn\.gs)$/.test(new URL(url).hostname);
}

export function eventUrl(target: TargetAddress): string {
  const origin = isCloud(target) ? 'https://inn.gs' : target.url;
  return `${origin}/e/${target.eventKey ?? ANY_EVENT_KEY}`;
}

/** The base URL of version 2 of the API. */
export function apiUrl(target: TargetAddress): string {
  return isCloud(target) ? 'https://api.inngest.com/v2' : `${target.url}/api/v2`;
}

/**
 * The URL of a run in the target's dashboard. Undefined for Inngest Cloud, whose URLs contain the name of an account.
 */
export function dashboardUrl(target: TargetAddress, runId: string): string | undefined {
  return isCloud(target) ? undefined : `${target.url}/run?runID=${runId}`;
}

/** The header that identifies a caller of the API: the hash of the signing key, like the SDK's. */
export function authorization({ signingKey }: TargetAddress): Record<string, string> {
  return signingKey ? { authorization: `Bearer ${signingKeyHash(signingKey)}` } : {};
}
