import { AllowedHosts, type GuardRules } from '../../guards/index.js';
import type { EmbeddedOptions } from '../settings/embedded-options.js';

/** The paths of the dashboard's pages; `/` redirects to them. */
const PAGES = ['/', '/run'];

/**
 * Which requests the server answers at all, by their `Host` and `Origin`. The rules for development tools apply also when
 * the server has a signing key.
 */
export function guardRulesOf({ host, allowedHosts, dashboardOrigin }: EmbeddedOptions): GuardRules {
  const proxied = dashboardOrigin === undefined ? [] : [dashboardOrigin];
  const names = proxied.map((origin) => new URL(origin).hostname);
  return {
    hosts: new AllowedHosts({ listen: host, more: [...allowedHosts, ...names], isDevelopment: true }),
    pages: PAGES,
    // A proxy may change the Host, so the origin that the browser shows is allowed too.
    origins: proxied,
  };
}
