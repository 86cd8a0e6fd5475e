import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { CHALLENGE, NO_TOKEN, type BearerTokens } from './bearer-tokens.js';
import { refusalOf, upgradeRefusalOf, type GuardRules } from './refusal.js';

/** To read the path of a request by. */
const BASE = 'http://localhost';

export interface Upgrade {
  request: IncomingMessage;
  socket: Duplex;
  head: Buffer;
  query: URLSearchParams;
  /** Answers with a status line such as `401 Unauthorized` and more headers, and closes the connection. */
  refuse: Refuse;
}

type Refuse = (status: string, why: string, headers?: readonly string[]) => void;

/** Who may open a WebSocket. */
export interface UpgradeRules extends GuardRules {
  /** When there are any, one must be shown in the header `Authorization`, or the answer is 401. */
  tokens?: BearerTokens;
  /** Whether only those pages may open one that may send requests: there, a token need not be shown. */
  areAsForRequests?: boolean;
}

/** Takes over the connections of one path. */
export type ServeUpgrade = (upgrade: Upgrade) => void;

/**
 * Serves WebSockets, each behind the guards that stand before every other request. Wherever Node can decline an upgrade
 * (22.21, 24.9 and later), one to another protocol, such as `Upgrade: h2c`, is answered as if it were not asked for. Elsewhere
 * the answer is 400 and says so: Node has handed the connection over by then.
 */
export function serveUpgrades(
  server: Server,
  rules: UpgradeRules,
  paths: Readonly<Record<string, ServeUpgrade>>,
): void {
  if ('shouldUpgradeCallback' in server) Object.assign(server, { shouldUpgradeCallback: wantsWebSocket });
  server.on('upgrade', (request, socket, head) => {
    // A client may break off while it is refused, and an error that nobody listens for ends the process.
    socket.on('error', () => socket.destroy());
    const refuse = refusing(socket);
    const { url = '', method = '', headers } = request;
    if (!URL.canParse(url, BASE)) return refuse('400 Bad Request', `"${url}" is not a URL.`);
    const { pathname, searchParams } = new URL(url, BASE);
    const refusal = rules.areAsForRequests ? refusalOf : upgradeRefusalOf;
    const reason = refusal({ method, path: pathname, headers }, rules);
    if (reason !== undefined) return refuse('403 Forbidden', reason);
    if (rules.tokens && !rules.tokens.authorize(headers.authorization))
      return refuse('401 Unauthorized', NO_TOKEN, [`www-authenticate: ${CHALLENGE}`]);
    if (!wantsWebSocket(request)) return refuse('400 Bad Request', noUpgradeTo(headers.upgrade));
    const serve = Object.hasOwn(paths, pathname) ? paths[pathname] : undefined;
    if (!serve) {
      return refuse('404 Not Found', `There is nothing to connect to but ${Object.keys(paths).join(', ')}.`);
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
    // After an upgrade no time limit of the server ends a connection that the client leaves open.
    socket.end(`${head.join('\r\n')}\r\n\r\n${why}`, () => socket.destroy());
  };
}
