import type { NextFunction, Request, Response } from 'express';

const LOCAL = new Set(['localhost', '127.0.0.1', '[::1]', '::1', 'host.docker.internal']);

/** The dashboard, and what leads there. */
const PAGES = new Set(['/', '/run']);

/**
 * Answers only requests whose Host is this machine, so that a web page cannot reach the server under a name of its
 * own (DNS rebinding), and no browser that shows a page of another origin.
 *
 * @param host the address that the server was told to listen on; it counts as local too
 */
export function localOnly(host: string) {
  return (request: Request, response: Response, next: NextFunction): void => {
    if (!isLocal(request.headers.host, host)) {
      response.status(403).json({
        error: `This server does not answer to the host "${request.headers.host ?? ''}".`,
        status: 403,
      });
      return;
    }
    const { origin } = request.headers;
    if (origin !== undefined && origin !== `http://${request.headers.host}`) {
      response.status(403).json({ error: `This server does not answer pages of ${origin}.`, status: 403 });
      return;
    }
    if (!isAsked(request)) {
      response.status(403).json({ error: 'This server does not answer pages of other sites.', status: 403 });
      return;
    }
    next();
  };
}

/**
 * Whether a page of this server asks, or nobody's page: a person, or a program. What a page of another origin loads as a
 * script or an image comes without `Origin`, hence a look at what browsers say of it. People may follow links to the
 * dashboard from anywhere.
 */
function isAsked({ method, path, headers }: Request): boolean {
  const site = headers['sec-fetch-site'] ?? 'none';
  if (site === 'none' || site === 'same-origin') return true;
  const { 'sec-fetch-mode': mode, 'sec-fetch-dest': destination = 'document' } = headers;
  return method === 'GET' && PAGES.has(path) && mode === 'navigate' && destination === 'document';
}

/**
 * Whether a request names this machine as its host.
 *
 * @param header the request's `Host`
 * @param host see {@link localOnly}
 */
export function isLocal(header: string | undefined, host: string): boolean {
  const name = hostName(`http://${header ?? ''}`);
  return name !== undefined && (LOCAL.has(name) || name === host);
}

function hostName(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}
