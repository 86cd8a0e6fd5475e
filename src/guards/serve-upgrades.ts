import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { refusalOf, upgradeRefusalOf, type GuardRules } from './refusal.js';

/** The base for parsing the path of a request; its value does not matter. */
const BASE = 'http://localhost';

export interface Upgrade {
  request: IncomingMessage;
  socket: Duplex;
  head: Buffer;
  query: URLSearchParams;
  /** Answers with a status such as `401 Unauthorized` and further headers, and closes the connection. */
  refuse: Refuse;
}

type Refuse = (status: string, why: string, headers?: readonly string[]) => void;

/** Which requests may open a WebSocket. */
export interface UpgradeRules extends GuardRules {
  /** Whether the rules for pages are those of requests. Set it for WebSockets that do not always need a token. */
  areAsForRequests?: boolean;
}

/** Handles the connections of one path. */
export type ServeUpgrade = (upgrade: Upgrade) => void;

/**
 * Serves WebSockets, behind the guards of all other requests. If Node can decline an upgrade (22.21, 24.9 and later),
 * an upgrade to another protocol, such as `Upgrade: h2c`, is ignored. Otherwise the answer is 400 with the reason,
 * because Node has already detached the connection from the HTTP server.
 */
export function serveUpgrades(
  server: Server,
  rules: UpgradeRules,
  paths: Readonly<Record<string, ServeUpgrade>>,
): void {
  if ('shouldUpgradeCallback' in server) Object.assign(server, { shouldUpgradeCallback: wantsWebSocket });
  server.on('upgrade', (request, socket, head) => {
    // The client may disconnect while it is refused. An error without a listener would end the process.
    socket.on('error', () => socket.destroy());
    const refuse = refusing(socket);
    const { url = '', method = '', headers } = request;
    if (!URL.canParse(url, BASE)) return refuse('400 Bad Request', `"${url}" is not a URL.`);
    const { pathname, searchParams } = new URL(url, BASE);
    const refusal = rules.areAsForRequests ? refusalOf : upgradeRefusalOf;
    const reason = refusal({ method, path: pathname, headers }, rules);
    if (reason !== undefined) return refuse('403 Forbidden', reason);
    if (!wantsWebSocket(request)) return refuse('400 Bad Request', noUpgradeTo(headers.upgrade));
    const serve = Object.hasOwn(paths, pathname) ? paths[pathname] : undefined;
    if (!serve) {
      return refuse('404 Not Found', `You can open a WebSocket only at ${Object.keys(paths).join(', ')}.`);
    }
    serve({ request, socket, head, query: searchParams, refuse });
  });
}

function wantsWebSocket({ headers }: IncomingMessage): boolean {
  return /(^|,)\s*websocket\s*(,|$)/i.test(headers.upgrade ?? '');
}

function noUpgradeTo(protocol = ''): string {
  return (
    `This server speaks HTTP/1.1 and cannot change to "${protocol}". ` +
    'Send the request without the header "Upgrade", as curl does with --http1.1.'
  );
}

function refusing(socket: Duplex): Refuse {
  return (status, why, headers = []) => {
    const head = [
      `HTTP/1.1 ${status}`,
      'connection: close',
      'content-type: text/plain; charset=utf-8',
      'x-content-type-options: nosniff',
      `content-length: ${Buffer.byteLength(why)}`,
      ...headers,
    ];
    // After an upgrade the server's time limits do not apply, so close the connection even if the client does not.
    socket.end(`${head.join('\r\n')}\r\n\r\n${why}`, () => socket.destroy());
  };
}
