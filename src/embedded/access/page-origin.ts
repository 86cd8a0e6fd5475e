import type { EmbeddedOptions } from '../settings/embedded-options.js';

/**
 * The origin of the dashboard's own page: `DASHBOARD_ORIGIN` where a proxy stands in front, else the address that is asked.
 *
 * @param host the header `Host` of a request that the guards have let through
 */
export function pageOrigin({ dashboardOrigin }: EmbeddedOptions, host: string | undefined): string {
  return dashboardOrigin ?? `http://${(host ?? '').toLowerCase()}`;
}
