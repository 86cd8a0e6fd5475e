import { Injectable } from '@nestjs/common';
import { isLoopback } from '../../common/loopback.js';
import { networkReason } from '../../common/error-text.js';
import { FunctionRegistry } from '../functions/function-registry.js';
import type { App } from '../store/app.store.js';
import { addressesSaidBy, addressOf } from './app-addresses.js';
import { AddressRefusedError } from './address-refused.error.js';
import { SyncRequests } from './sync-requests.js';

/** How long an app may take to answer at its new address, in milliseconds. The SDK registers once more meanwhile. */
const ANSWER_WITHIN_MS = 5_000;

/** How a registration came to this server. */
export type RegistrationSource =
  /** An app answered with it when the server asked it at `from`. `isNamed`: the operator named that address. */
  | { readonly kind: 'answer'; readonly from: string; readonly isNamed: boolean }
  /** A worker opened a connection. `isSigned`: it showed the signing key. `from`: its IP address. */
  | { readonly kind: 'connection'; readonly isSigned: boolean; readonly from: string | undefined }
  /** A request. `isSigned`: it showed the signing key. `from`: the sender's IP address. */
  | { readonly kind: 'request'; readonly isSigned: boolean; readonly from: string | undefined };

interface Registering {
  appName: string;
  url: string;
  /** Where its functions would be called. */
  functionUrls: readonly string[];
}

/**
 * Decides whether a registration may change where the calls of a known app go. Whoever can do that gets all events of the
 * app, and ends its runs with answers of their own. So a change must come from the app.
 */
@Injectable()
export class AddressChanges {
  constructor(
    private readonly syncRequests: SyncRequests,
    private readonly registry: FunctionRegistry,
  ) {}

  /**
   * Resolves when the registration changes no address, or comes from the app. It does when it is signed; when it answers a
   * sync at an address that the operator named or the app has; and when the new address is on this machine and the app
   * there says the same. A worker that connects from this machine is the app.
   *
   * @throws AddressRefusedError
   */
  async assertAllowed(request: Registering, source: RegistrationSource): Promise<void> {
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
      return refuse(`${source.from}, which was asked, is another app's address.`);
    }
    if (source.kind === 'connection') {
      // It is at the other end of the connection, which leads to no other machine than its own.
      if (source.isSigned || (source.from !== undefined && isLoopback(source.from))) return;
      return refuse(`the connection came unsigned from ${source.from ?? 'an unknown address'}.`);
    }
    if (source.isSigned || addresses.every((address) => this.syncRequests.isWaitingFor(address, 'named')))
      return;
    if (source.from === undefined || !isLoopback(source.from)) {
      return refuse(`the request came unsigned from ${source.from ?? 'an unknown address'}.`);
    }
    if (addresses.every((address) => this.syncRequests.isWaitingFor(address))) return;
    // Asked once more, the app would register like this once more, and so on.
    if (this.syncRequests.isWaitingFor(addressOf(url)))
      return refuse('its functions are at another address than the app.');
    const answer = await this.syncRequests
      .send(url, { timeoutMs: ANSWER_WITHIN_MS })
      .catch((error: unknown) => refuse(`${networkReason(error)}.`));
    const said = answer ? addressesSaidBy({ ...answer, url: answer['url'] ?? url }) : [];
    if (answer?.['app_id'] === appName && addresses.every((address) => said.includes(address))) return;
    // An app that registered by a request of its own when it was asked is known by its new address now.
    if (this.changedBy(request))
      refuse(`the app that answers at ${url} did not say that it is "${appName}".`);
  }

  /** What a registration changes about where calls go, for the log; undefined when that is nothing. To be asked before it is stored. */
  describe(request: Registering): string | undefined {
    const { appName, url } = request;
    const known = this.registry.allApps().find((app) => app.name === appName);
    const isSame = known !== undefined && addressOf(known.url) === addressOf(url);
    const before = this.changedBy(request) ?? (isSame ? undefined : known);
    if (!before) return undefined;
    if (before.name !== appName) return `App "${appName}" takes the place of "${before.name}" at ${url}`;
    const others = addressesOf(request).filter((address) => address !== addressOf(url));
    return (
      `App "${appName}" moved from ${before.url} to ${[url, ...others].join(' and ')}: its calls go there from now on. ` +
      `If programs at both register as "${appName}", give one of them another id`
    );
  }

  /** The app whose calls the registration would send elsewhere, as it is registered now. */
  private changedBy(request: Registering): App | undefined {
    const { appName, url } = request;
    const apps = this.registry.allApps();
    const functions = this.registry.active();
    // An app that registers where another one serves replaces that one.
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

/** Whether an answer from this address may change where the app's calls go: it is the app's, or all of the new one on this machine. */
function isOwn(from: string, { url }: App, addresses: readonly string[]): boolean {
  if (from === addressOf(url)) return true;
  return isLoopback(new URL(from).hostname) && addresses.every((address) => address === from);
}

/** Each once, in the form of `addressOf`. */
function addressesOf({ url, functionUrls }: Registering): string[] {
  return [...new Set([url, ...functionUrls].map(addressOf))];
}
