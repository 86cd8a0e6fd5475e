import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';

/** A request exactly as it is sent. `fetch` would correct or reject some of these paths, content types and bodies. */
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

/** Sends a request to the server at `url`. For an event stream it waits for the head only. */
export function ask(url: string, { method, path, headers: given = {}, body }: Sent): Promise<Answer> {
  const { hostname, port } = new URL(url);
  // Node sends no content length for the body of a GET. Without it, the server would read the body as the next request.
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
 * Sends a text over a new connection.
 *
 * @param breakOff resets the connection right after the text is written, without waiting for an answer
 * @returns what the server sends until it closes the connection
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
    // A server may close the connection before it has read the whole text.
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
  });
}
