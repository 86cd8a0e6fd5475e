import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** What a server's pages may load, as a `Content-Security-Policy`. */
export type PagePolicy = 'own-resources' | 'nothing';

/**
 * Express middleware that sets security headers. Browsers then do not let pages of other sites show the answers in a
 * frame, load them as a script or an image, or guess another content type.
 *
 * @param policy the policy of the pages, unless a route sets another one
 */
export function securityHeaders(policy: PagePolicy): RequestHandler {
  return helmet({
    // Both servers use plain HTTP. A header that makes browsers use HTTPS would break their pages.
    strictTransportSecurity: false,
    frameguard: { action: 'deny' },
    contentSecurityPolicy:
      policy === 'own-resources'
        ? { directives: { upgradeInsecureRequests: null, frameAncestors: ["'none'"] } }
        : { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
  }) as RequestHandler;
}
