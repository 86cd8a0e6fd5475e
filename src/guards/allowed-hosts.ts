import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { isEveryAddress, isLoopback } from '../common/loopback.js';

/** The names that containers use for the machine on which they run. */
const FROM_CONTAINERS = ['host.docker.internal', 'host.containers.internal'];

export interface HostRules {
  /** The address that the server listens on, as in a setting. */
  listen: string;
  /** Further host names or addresses; `*` allows every host. */
  more?: readonly string[];
  /**
   * In development, requests come only from this machine. Otherwise there is a proxy, whose names this code cannot
   * know, so every host is allowed unless `more` is set.
   */
  isDevelopment: boolean;
}

/**
 * The hosts that requests to a server may name. A web page can make its own host name resolve to the address of this
 * machine (DNS rebinding). The browser then treats the server as part of the page's site, and only the name in `Host`
 * shows that it is not.
 */
export class AllowedHosts {
  private readonly listen: string;
  private readonly named: ReadonlySet<string>;
  private readonly isAnyAllowed: boolean;
  /** The header that was allowed last, because most requests have the same one. */
  private lastAllowed: string | undefined;

  constructor({ listen, more = [], isDevelopment }: HostRules) {
    this.listen = listen;
    this.named = new Set(more.map((name) => hostName(bracketed(name)) ?? name.toLowerCase()));
    this.isAnyAllowed = this.named.has('*') || (!isDevelopment && this.named.size === 0);
  }

  /** @param header the request's `Host`, with or without a port */
  allows(header: string | undefined): boolean {
    if (this.isAnyAllowed) return true;
    if (header === undefined) return false;
    if (header === this.lastAllowed) return true;
    const name = hostName(header);
    if (name === undefined) return false;
    const isAllowed = FROM_CONTAINERS.includes(name) || this.knows(name) || this.isListenedOn(name);
    if (isAllowed) this.lastAllowed = header;
    return isAllowed;
  }

  /**
   * Whether pages of this origin may use an endpoint for which a page also needs a token: pages that this machine
   * serves, on any port, and pages of hosts that the operator has named.
   */
  allowsPagesOf(origin: string): boolean {
    if (!URL.canParse(origin)) return false;
    const { protocol, hostname: name } = new URL(origin);
    return /^https?:$/.test(protocol) && this.knows(name);
  }

  private knows(name: string): boolean {
    return isLoopback(name) || this.named.has(name);
  }

  /**
   * On every network, all IP addresses are accepted: they cannot be rebound, because a page with an address in its URL
   * comes from there.
   */
  private isListenedOn(name: string): boolean {
    if (!isEveryAddress(this.listen)) return name === (hostName(bracketed(this.listen)) ?? this.listen);
    return isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0 || name === hostname().toLowerCase();
  }
}

/** The name in a `Host` header, in lower case; undefined if it is invalid. */
function hostName(header: string): string | undefined {
  // Reject "@" and "/", because a URL would parse the text before or after them as something else.
  if (!/^[^\s/@?#\\]+$/.test(header) || !URL.canParse(`http://${header}`)) return undefined;
  return new URL(`http://${header}`).hostname;
}

function bracketed(address: string): string {
  return isIP(address) === 6 ? `[${address}]` : address;
}
