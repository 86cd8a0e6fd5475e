import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { InngestHarness, Run } from '../../src/testing/nest.js';

/**
 * An app without an SDK. It answers each call with the result of `answer`.
 *
 * @param answer gets the id of the called step, or "step" for the function itself; a string body is sent as it is
 */
export async function serveRaw(
  answer: (stepId: string) => [status: number, body: unknown],
  headers: Record<string, string> = {},
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const [status, body] = answer(new URL(request.url ?? '', 'http://app').searchParams.get('stepId') ?? '');
    response
      .writeHead(status, { 'content-type': 'application/json', 'x-inngest-sdk': 'test:v1', ...headers })
      .end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/inngest`, close };
}

/** Registers an app without an SDK, sends an event to its function, and waits for the end of the run. */
export async function runOfRawApp(
  inngest: InngestHarness,
  opened: <T extends { close(): Promise<void> }>(what: T) => T,
  name: string,
  answer: (stepId: string) => [status: number, body: unknown],
): Promise<Run> {
  const { url } = opened(await serveRaw(answer));
  const step = { id: 'step', name: 'step', runtime: { type: 'http', url }, retries: { attempts: 0 } };
  await inngest.post('/fn/register', {
    appName: name,
    url,
    functions: [{ id: `${name}-fn`, name: 'fn', triggers: [{ event: name }], steps: { step } }],
  });
  const [eventId] = await inngest.send({ name });
  return inngest.ended(eventId, { within: 24 * 60 * 60 * 1_000 });
}
