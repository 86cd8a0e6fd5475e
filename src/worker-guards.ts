import { ForbiddenException } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { RequestHandler } from 'express';
import type { Settings } from './config/index.js';
import {
  AllowedHosts,
  BearerTokens,
  guardRequests,
  jsonOnly,
  requireToken,
  securityHeaders,
  WrongKeys,
  type GuardRules,
  type UpgradeRules,
} from './guards/index.js';

/** The pages of the API documentation. */
const PAGES = ['/docs', '/docs/'];

/** The hosts that requests to the separate metrics port may name. */
export function allowedHosts(settings: Settings, listen: string): AllowedHosts {
  return new AllowedHosts({ listen, more: namesOf(settings), isDevelopment: settings.dev });
}

/** The headers and methods that pages in CORS_ORIGINS may use, besides those that every page may use. */
const CORS = {
  methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  allowedHeaders: ['authorization', 'content-type', 'idempotency-key', 'last-event-id'],
  exposedHeaders: [
    'location',
    'retry-after',
    'www-authenticate',
    'x-ratelimit-limit',
    'x-ratelimit-remaining',
    'x-ratelimit-reset',
  ],
  /** How long browsers keep the answer to a preflight, in seconds. */
  maxAge: 600,
};

/** The guards of `/api/inngest`, in this order. They require no token, because Inngest signs its calls. */
export function endpointGuards(settings: Settings): RequestHandler[] {
  return guardsWith(hostRules(settings));
}

/**
 * Installs the guards before all other handlers. Requests to `/api/inngest` are answered before they reach these
 * guards.
 */
export function useWorkerGuards(app: NestExpressApplication, settings: Settings): void {
  const { corsOrigins } = settings;
  app.use(...guardsWith(upgradeRules(settings)));
  // Before the token guard: a browser's preflight request has no token.
  if (corsOrigins.length > 0) app.enableCors({ ...CORS, origin: [...corsOrigins] });
  app.use(requireToken(app.get(BearerTokens), isProbe, app.get(WrongKeys)));
}

/** Which hosts and pages may open a WebSocket to the worker; see `serveUpgrades`. */
export function upgradeRules(settings: Settings): UpgradeRules {
  return { ...hostRules(settings), origins: settings.corsOrigins };
}

function guardsWith(rules: GuardRules): RequestHandler[] {
  return [
    securityHeaders('own-resources'),
    guardRequests(rules, (reason) => new ForbiddenException(reason)),
    jsonOnly(),
  ];
}

function hostRules(settings: Settings): GuardRules {
  const { host, dev } = settings;
  return {
    hosts: new AllowedHosts({ listen: host, more: namesOf(settings), isDevelopment: dev }),
    pages: PAGES,
  };
}

/**
 * Whether this is a probe, which needs no token. `/health/` is another spelling of `/health`, which is for people and
 * needs one.
 */
function isProbe(path: string): boolean {
  return path.startsWith('/health/') && path !== '/health/';
}

/**
 * The accepted host names, including that of the serve origin, by which Inngest calls the worker. Empty (any name)
 * outside of development unless ALLOWED_HOSTS is set: adding the serve origin there would refuse all other names.
 */
function namesOf({ allowedHosts = [], serveOrigin, dev }: Settings): string[] {
  if (serveOrigin === undefined || (!dev && allowedHosts.length === 0)) return [...allowedHosts];
  return [...allowedHosts, new URL(serveOrigin).hostname];
}
