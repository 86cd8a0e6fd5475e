import { AllowedHosts, type GuardRules } from '../../guards/index.js';
import type { EmbeddedOptions } from '../settings/embedded-options.js';

/** The dashboard, and what leads there. */
const PAGES = ['/', '/run'];

/** Who may ask the server at all. It is a development tool, with a signing key too. */
export function guardRulesOf({ host, allowedHosts, dashboardOrigin }: EmbeddedOptions): GuardRules {
  const proxied = dashboardOrigin === undefined ? [] : [dashboardOrigin];
  const names = proxied.map((origin) => new URL(origin).hostname);
  return {
    hosts: new AllowedHosts({ listen: host, more: [...allowedHosts, ...names], isDevelopment: true }),
    pages: PAGES,
    // A proxy may pass on another Host than the one that people see.
    origins: proxied,
  };
}
