import type { EmbeddedOptions } from '../settings/embedded-options.js';

/**
 * The origin of the dashboard's page: `DASHBOARD_ORIGIN` if set (behind a proxy), otherwise the `Host` of the request.
 *
 * @param host the header `Host` of a request that passed the guards
 */
export function pageOrigin({ dashboardOrigin }: EmbeddedOptions, host: string | undefined): string {
  return dashboardOrigin ?? `http://${(host ?? '').toLowerCase()}`;
}
