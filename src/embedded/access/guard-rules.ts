import { AllowedHosts, type GuardRules } from '../../guards/index.js';
import type { EmbeddedOptions } from '../settings/embedded-options.js';

/** The dashboard, and what leads there. */
const PAGES = ['/', '/run'];

/** Who may ask the server at all. It is a development tool, with a signing key too. */
export function guardRulesOf({ host, allowedHosts }: EmbeddedOptions): GuardRules {
  return {
    hosts: new AllowedHosts({ listen: host, more: allowedHosts, isDevelopment: true }),
    pages: PAGES,
  };
}
