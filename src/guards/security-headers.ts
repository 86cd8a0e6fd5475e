import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** What pages that come from a server may do, in the words of `Content-Security-Policy`. */
export type PagePolicy = 'own-resources' | 'nothing';

/**
 * Express middleware that sets the headers with which browsers protect a server: no page of another site may show its
 * answers in a frame, load them as a script or an image, or guess another type for them.
 *
 * @param policy what its pages may do, unless a route says otherwise
 */
export function securityHeaders(policy: PagePolicy): RequestHandler {
  return helmet({
    // Both servers speak plain HTTP, where asking browsers for HTTPS would break their pages.
    strictTransportSecurity: false,
    frameguard: { action: 'deny' },
    contentSecurityPolicy:
      policy === 'own-resources'
        ? { directives: { upgradeInsecureRequests: null, frameAncestors: ["'none'"] } }
        : { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
  }) as RequestHandler;
}
