import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { isEveryAddress, isLoopback } from '../common/loopback.js';

/** What containers call the machine that they run on. */
const FROM_CONTAINERS = ['host.docker.internal', 'host.containers.internal'];

export interface HostRules {
  /** The address that the server listens on, as a setting has it. */
  listen: string;
  /** Host names or addresses beyond those that `listen` allows; `*` allows every Host. */
  more?: readonly string[];
  /**
   * In development only this machine calls. Otherwise a proxy stands in front, whose names nobody can know: without
   * `more` every Host is allowed then.
   */
  isDevelopment: boolean;
}

/**
 * By which names a server may be called. A web page can give its own name the address of this machine (DNS rebinding);
 * then the browser takes the server for a part of the page's site, and only the name in `Host` tells the two apart.
 */
export class AllowedHosts {
  private readonly listen: string;
  private readonly named: ReadonlySet<string>;
  private readonly isAnyAllowed: boolean;

  constructor({ listen, more = [], isDevelopment }: HostRules) {
    this.listen = listen;
    this.named = new Set(more.map((name) => hostName(bracketed(name)) ?? name.toLowerCase()));
    this.isAnyAllowed = this.named.has('*') || (!isDevelopment && this.named.size === 0);
  }

  /** @param header the request's `Host`, with or without a port */
  allows(header: string | undefined): boolean {
    if (this.isAnyAllowed) return true;
    const name = hostName(header ?? '');
    if (name === undefined) return false;
    return FROM_CONTAINERS.includes(name) || this.knows(name) || this.isListenedOn(name);
  }

  /**
   * Whether pages of this origin are as good as the server's own where a page needs a token as well: pages that this
   * machine serves, on any port, or a host that the operator has named.
   */
  allowsPagesOf(origin: string): boolean {
    if (!URL.canParse(origin)) return false;
    const { protocol, hostname: name } = new URL(origin);
    return /^https?:$/.test(protocol) && this.knows(name);
  }

  private knows(name: string): boolean {
    return isLoopback(name) || this.named.has(name);
  }

  /** An address cannot be rebound: a page that is called by it comes from there. So every address is right then. */
  private isListenedOn(name: string): boolean {
    if (!isEveryAddress(this.listen)) return name === (hostName(bracketed(this.listen)) ?? this.listen);
    return isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0 || name === hostname().toLowerCase();
  }
}

/** The name in a `Host` header, in lower case; undefined when it is none. */
function hostName(header: string): string | undefined {
  // A URL would take what stands before "@" or behind "/" for something else than a name.
  if (!/^[^\s/@?#\\]+$/.test(header) || !URL.canParse(`http://${header}`)) return undefined;
  return new URL(`http://${header}`).hostname;
}

function bracketed(address: string): string {
  return isIP(address) === 6 ? `[${address}]` : address;
}
