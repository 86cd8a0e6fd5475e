import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';

/** A request as it goes over the wire: paths, types and bodies that `fetch` would put right, or not send. */
export interface Sent {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: Buffer;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

const agent = new Agent({ keepAlive: true });

/** Sends it to the server at `url`. Of a stream only the head is waited for. */
export function ask(url: string, { method, path, headers: given = {}, body }: Sent): Promise<Answer> {
  const { hostname, port } = new URL(url);
  // Node says nothing of a body that a GET has, and the server would take it for the next request.
  const headers = { ...given, ...(body && { 'content-length': String(body.length) }) };
  return new Promise((resolve, reject) => {
    const asking = request({ hostname, port, path, method, agent, headers }, (response) => {
      const { statusCode: status = 0, headers: received } = response;
      if (received['content-type']?.startsWith('text/event-stream')) {
        response.destroy();
        resolve({ status, headers: received, text: '' });
        return;
      }
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status, headers: received, text: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    asking.on('error', reject);
    asking.end(body);
  });
}

/**
 * Sends this text over a connection of its own.
 *
 * @param breakOff goes away at once, without waiting for what the server says
 * @returns what the server says until it closes the connection
 */
export function askRaw(url: string, text: string, { breakOff = false } = {}): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(Number(port), hostname, () => {
      socket.write(text, () => breakOff && socket.resetAndDestroy());
    });
    socket.setEncoding('utf8');
    socket.on('data', (part: string) => (answer += part));
    // A server may close the connection before it has read everything.
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
  });
}
