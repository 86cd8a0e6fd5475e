import type { IncomingHttpHeaders } from 'node:http';
import type { AllowedHosts } from './allowed-hosts.js';

/** The parts of a request that the guards check. */
export interface Asked {
  method: string;
  /** The path without the query. */
  path: string;
  headers: IncomingHttpHeaders;
}

export interface GuardRules {
  hosts: AllowedHosts;
  /** Paths of pages to which any site may link. */
  pages?: readonly string[];
  /** Origins whose pages have the same rights as the server's own, such as `https://app.example.com`. */
  origins?: readonly string[];
}

/**
 * The reason why a request is refused; undefined if it is accepted. Accepted requests come from a program, from a
 * person, or from a page of this server. Browsers name the page's origin in `Origin`; if not, `Sec-Fetch-Site` says
 * whether the page belongs to another site. Command-line tools and SDKs send neither.
 */
export function refusalOf(asked: Asked, { hosts, pages = [], origins = [] }: GuardRules): string | undefined {
  const { host, origin } = asked.headers;
  if (!isProbe(asked) && !hosts.allows(host)) return wrongHost(host);
  if (origin !== undefined && origins.includes(origin)) return undefined;
  if (origin !== undefined && !isOriginOf(host, origin))
    return `This server does not answer requests from pages of ${origin}.`;
  if (!isNearby(asked) && !isFollowedLink(asked, pages))
    return 'This server does not answer requests from pages of other sites.';
  return undefined;
}

/**
 * The same for an upgrade to a WebSocket, for which the client sends a token. Pages that this machine serves on other
 * ports may also open one, for example the page of an application that subscribes.
 */
export function upgradeRefusalOf(asked: Asked, rules: GuardRules): string | undefined {
  const { host, origin } = asked.headers;
  if (origin === undefined || !rules.hosts.allowsPagesOf(origin)) return refusalOf(asked, rules);
  return rules.hosts.allows(host) ? undefined : wrongHost(host);
}

/** An orchestrator's probes use various addresses, and health contains no secrets. */
function isProbe({ path }: Asked): boolean {
  return path === '/health' || path.startsWith('/health/');
}

function wrongHost(host = ''): string {
  return `This server does not answer to the host "${host}".`;
}

function isOriginOf(host: string | undefined, origin: string): boolean {
  if (host === undefined) return false;
  const own = host.toLowerCase();
  return origin === `http://${own}` || origin === `https://${own}`;
}

/** Requests for scripts and images have no `Origin`, so this checks `Sec-Fetch-Site`. */
function isNearby({ headers }: Asked): boolean {
  const site = headers['sec-fetch-site'] ?? 'none';
  return site === 'none' || site === 'same-origin';
}

function isFollowedLink({ method, path, headers }: Asked, pages: readonly string[]): boolean {
  const { 'sec-fetch-mode': mode, 'sec-fetch-dest': destination = 'document' } = headers;
  return method === 'GET' && pages.includes(path) && mode === 'navigate' && destination === 'document';
}
