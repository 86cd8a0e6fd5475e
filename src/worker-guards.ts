import { ForbiddenException } from '@nestjs/common';
import type { RequestHandler } from 'express';
import type { Settings } from './config/index.js';
import { AllowedHosts, guardRequests, jsonOnly, securityHeaders } from './guards/index.js';

/** The API's documentation. */
const PAGES = ['/docs', '/docs/'];

/** By which names the worker, and its metrics on a port of their own, may be called. */
export function allowedHosts(settings: Settings, listen: string): AllowedHosts {
  return new AllowedHosts({ listen, more: namesOf(settings), isDevelopment: settings.dev });
}

/** What stands before everything that the worker answers, in this order. */
export function workerGuards(settings: Settings): RequestHandler[] {
  const hosts = allowedHosts(settings, settings.host);
  return [
    securityHeaders('own-resources'),
    guardRequests({ hosts, pages: PAGES }, (reason) => new ForbiddenException(reason)),
    jsonOnly(),
  ];
}

/** Inngest calls the worker by the name in its origin. Where every name is right, that one must not become the only one. */
function namesOf({ allowedHosts = [], serveOrigin, dev }: Settings): string[] {
  if (serveOrigin === undefined || (!dev && allowedHosts.length === 0)) return [...allowedHosts];
  return [...allowedHosts, new URL(serveOrigin).hostname];
}
