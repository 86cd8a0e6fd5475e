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

/** The API's documentation. */
const PAGES = ['/docs', '/docs/'];

/** By which names the metrics on a port of their own may be called. */
export function allowedHosts(settings: Settings, listen: string): AllowedHosts {
  return new AllowedHosts({ listen, more: namesOf(settings), isDevelopment: settings.dev });
}

/** What pages in CORS_ORIGINS may send and read beyond what every page may. */
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

/** What stands before `/api/inngest`, in this order. Inngest signs its calls, so no token is asked for there. */
export function endpointGuards(settings: Settings): RequestHandler[] {
  return guardsWith(hostRules(settings));
}

/** Puts in front of everything else what decides who is answered. `/api/inngest` has been answered before it gets here. */
export function useWorkerGuards(app: NestExpressApplication, settings: Settings): void {
  const { corsOrigins } = settings;
  app.use(...guardsWith(upgradeRules(settings)));
  // Before the tokens: a browser sends none when it asks whether it may call.
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

/** Orchestrators probe without a token. `/health/` is another spelling of `/health`, which is for people. */
function isProbe(path: string): boolean {
  return path.startsWith('/health/') && path !== '/health/';
}

/** Inngest calls the worker by the name in its origin. Where every name is right, that one must not become the only one. */
function namesOf({ allowedHosts = [], serveOrigin, dev }: Settings): string[] {
  if (serveOrigin === undefined || (!dev && allowedHosts.length === 0)) return [...allowedHosts];
  return [...allowedHosts, new URL(serveOrigin).hostname];
}
