import { Injectable } from '@nestjs/common';
import { isLoopback } from '../../common/loopback.js';
import { networkReason } from '../../common/error-text.js';
import { FunctionRegistry } from '../functions/function-registry.js';
import type { App } from '../store/app.store.js';
import { addressesIn, addressOf } from './app-addresses.js';
import { AddressRefusedError } from './address-refused.error.js';
import { SyncRequests } from './sync-requests.js';

/** How long an app may take to answer at its new address, in milliseconds. The SDK may register again during this time. */
const ANSWER_WITHIN_MS = 5_000;

/** How a registration came to this server. */
export type RegistrationSource =
  /** An app's answer to a sync request at `from`. `isNamed`: the operator named that address. */
  | { readonly kind: 'answer'; readonly from: string; readonly isNamed: boolean }
  /** A worker's connection. `isSigned`: the worker showed the signing key. `from`: its IP address. */
  | { readonly kind: 'connection'; readonly isSigned: boolean; readonly from: string | undefined }
  /** An app's request. `isSigned`: it showed the signing key. `from`: the IP address of the sender. */
  | { readonly kind: 'request'; readonly isSigned: boolean; readonly from: string | undefined };

interface Addressed {
  appName: string;
  url: string;
  /** The URLs of its functions. */
  functionUrls: readonly string[];
}

/**
 * Decides whether a registration may change the address of a known app. A program that could change it would get all events
 * of the app and could end its runs with false answers. So only the app itself may change its address.
 */
@Injectable()
export class AddressChanges {
  constructor(
    private readonly syncRequests: SyncRequests,
    private readonly registry: FunctionRegistry,
  ) {}

  /**
   * Resolves when the registration changes no address, or comes from the app. It comes from the app if it is signed; if it
   * is the answer to a sync request at an address that the operator named or that the app already has; if the new address
   * is on this machine and the app there confirms it; or if it comes from a worker that connects from this machine.
   *
   * @throws AddressRefusedError
   */
  async assertAllowed(request: Addressed, source: RegistrationSource): Promise<void> {
    const before = this.changedBy(request);
    if (!before) return;
    const addresses = addressesOf(request);
    const { appName, url } = request;
    const to = addresses.find((address) => address !== addressOf(url)) ?? url;
    const refuse = (why: string): never => {
      throw new AddressRefusedError(before, to, why);
    };
    if (source.kind === 'answer') {
      if (source.isNamed || isOwn(addressOf(source.from), before, addresses)) return;
      return refuse(`it is the answer from ${source.from}, which is another app's address.`);
    }
    if (source.kind === 'connection') {
      // Calls go over this connection, so they cannot reach another machine.
      if (source.isSigned || (source.from !== undefined && isLoopback(source.from))) return;
      return refuse(`the connection came unsigned from ${source.from ?? 'an unknown address'}.`);
    }
    if (source.isSigned || addresses.every((address) => this.syncRequests.isWaitingFor(address, 'named')))
      return;
    if (source.from === undefined || !isLoopback(source.from)) {
      return refuse(`the request came unsigned from ${source.from ?? 'an unknown address'}.`);
    }
    if (addresses.every((address) => this.syncRequests.isWaitingFor(address))) return;
    // If the server sent another sync request, the app would register in the same way again, and so on.
    if (this.syncRequests.isWaitingFor(addressOf(url)))
      return refuse('the address of its functions differs from that of the app.');
    const answer = await this.syncRequests
      .send(url, { timeoutMs: ANSWER_WITHIN_MS })
      .catch((error: unknown) => refuse(`${networkReason(error)}.`));
    const confirmed = answer ? addressesIn({ ...answer, url: answer['url'] ?? url }) : [];
    if (answer?.['app_id'] === appName && addresses.every((address) => confirmed.includes(address))) return;
    // The app may have answered the sync request with a request that has already changed its address.
    if (this.changedBy(request)) refuse(`the app at ${url} did not confirm that it is "${appName}".`);
  }

  /** Describes for the log which address a registration changes; undefined if none. Call it before the registration is stored. */
  describe(request: Addressed): string | undefined {
    const { appName, url } = request;
    const known = this.registry.allApps().find((app) => app.name === appName);
    const isSame = known !== undefined && addressOf(known.url) === addressOf(url);
    const before = this.changedBy(request) ?? (isSame ? undefined : known);
    if (!before) return undefined;
    if (before.name !== appName) return `App "${appName}" replaces "${before.name}" at ${url}`;
    const others = addressesOf(request).filter((address) => address !== addressOf(url));
    return (
      `App "${appName}" moved from ${before.url} to ${[url, ...others].join(' and ')}, where the server calls it from now ` +
      `on. If programs at both addresses register as "${appName}", give one of them another id`
    );
  }

  /** The registered app whose address the registration would change. */
  private changedBy(request: Addressed): App | undefined {
    const { appName, url } = request;
    const apps = this.registry.allApps();
    const functions = this.registry.active();
    // An app that registers at the URL of another app replaces it.
    const replaced = apps.find(
      (app) => app.url === url && app.name !== appName && functions.some((fn) => fn.app.id === app.id),
    );
    const known = apps.find((app) => app.name === appName);
    if (replaced || !known) return replaced;
    const urls = [known.url, ...functions.filter((fn) => fn.app.id === known.id).map((fn) => fn.url)];
    const addresses = new Set(urls.map(addressOf));
    return addressesOf(request).every((address) => addresses.has(address)) ? undefined : known;
  }
}

/**
 * Whether an answer from this address may change the address of the app: the address is the app's, or it is on this machine
 * and the only new address.
 */
function isOwn(from: string, { url }: App, addresses: readonly string[]): boolean {
  if (from === addressOf(url)) return true;
  return isLoopback(new URL(from).hostname) && addresses.every((address) => address === from);
}

/** The addresses of the app and its functions without repetitions, in the form of `addressOf`. */
function addressesOf({ url, functionUrls }: Addressed): string[] {
  return [...new Set([url, ...functionUrls].map(addressOf))];
}
