import { ForbiddenException } from '@nestjs/common';
import type { RequestHandler } from 'express';
import type { Settings } from './config/index.js';
import { AllowedHosts, guardRequests, jsonOnly, securityHeaders } from './guards/index.js';

/** The API's documentation. */
const PAGES = ['/docs', '/docs/'];

/** What stands before everything that the worker answers, in this order. */
export function workerGuards({ host, allowedHosts, serveOrigin, dev }: Settings): RequestHandler[] {
  const hosts = new AllowedHosts({
    listen: host,
    // Inngest calls the worker by the name in its origin. That alone is no list of all names outside of development.
    more: [
      ...(allowedHosts ?? []),
      ...(serveOrigin !== undefined && dev ? [new URL(serveOrigin).hostname] : []),
    ],
    isDevelopment: dev,
  });
  return [
    securityHeaders('own-resources'),
    guardRequests({ hosts, pages: PAGES }, (reason) => new ForbiddenException(reason)),
    jsonOnly(),
  ];
}
