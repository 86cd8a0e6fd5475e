import type { IncomingHttpHeaders } from 'node:http';
import type { AllowedHosts } from './allowed-hosts.js';

/** What the guards look at. */
export interface Asked {
  method: string;
  /** Without the query. */
  path: string;
  headers: IncomingHttpHeaders;
}

export interface GuardRules {
  hosts: AllowedHosts;
  /** Paths of pages that people may follow links to, from any site. */
  pages?: readonly string[];
  /** Origins whose pages are answered as the server's own are, such as `https://app.example.com`. */
  origins?: readonly string[];
}

/**
 * Why a request is refused; undefined when it may pass. What passes was sent by a program, by a person, or by a page of
 * this server: every browser names the page in `Origin` or, where it does not, says in `Sec-Fetch-Site` how far away it
 * is. Command-line tools and SDKs send neither.
 */
export function refusalOf(asked: Asked, { hosts, pages = [], origins = [] }: GuardRules): string | undefined {
  const { host, origin } = asked.headers;
  if (!isProbe(asked) && !hosts.allows(host)) return wrongHost(host);
  if (origin !== undefined && origins.includes(origin)) return undefined;
  if (origin !== undefined && !isOriginOf(host, origin))
    return `This server does not answer pages of ${origin}.`;
  if (!isNearby(asked) && !isFollowedLink(asked, pages))
    return 'This server does not answer pages of other sites.';
  return undefined;
}

/**
 * The same for a connection that becomes a WebSocket, for which the client shows a token. Pages that this machine
 * serves on other ports may open one too: the application whose page subscribes is one of them.
 */
export function upgradeRefusalOf(asked: Asked, rules: GuardRules): string | undefined {
  const { host, origin } = asked.headers;
  if (origin === undefined || !rules.hosts.allowsPagesOf(origin)) return refusalOf(asked, rules);
  return rules.hosts.allows(host) ? undefined : wrongHost(host);
}

/** Probes of an orchestrator call by whatever address they have, and health tells no secrets. */
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

/** What a page loads as a script or an image comes without `Origin`. */
function isNearby({ headers }: Asked): boolean {
  const site = headers['sec-fetch-site'] ?? 'none';
  return site === 'none' || site === 'same-origin';
}

function isFollowedLink({ method, path, headers }: Asked, pages: readonly string[]): boolean {
  const { 'sec-fetch-mode': mode, 'sec-fetch-dest': destination = 'document' } = headers;
  return method === 'GET' && pages.includes(path) && mode === 'navigate' && destination === 'document';
}
