import { once } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { mismatches } from '../expectations.js';
import type { SubscriptionScenario } from '../scenario.js';
import type { Setup } from '../setup/setup.js';

/** How long a message may take to arrive, in milliseconds of real time. */
const WITHIN_MS = 10_000;

const TOPIC = 'progress';

/** Subscribes to a topic, publishes a message to it, and compares what the subscriber receives. */
export async function playSubscription(scenario: SubscriptionScenario, setup: Setup): Promise<string[]> {
  const { api, nonce, target } = setup;
  const channel = `${scenario.id} ${nonce}`;
  const socket = new WebSocket(...(await addressOf(scenario, setup, channel)));
  try {
    const status = await statusOf(socket);
    if (status !== undefined) return mismatches(scenario.sees, { status }, 'the subscriber', target);
    const arrives = once(socket, 'message', { signal: AbortSignal.timeout(WITHIN_MS) });
    const query = new URLSearchParams({ channel, topic: TOPIC });
    await api.ask('POST', `/v1/realtime/publish?${query.toString()}`, JSON.stringify({ pct: 5 }));
    const [message] = (await arrives) as [Buffer];
    return mismatches(scenario.sees, JSON.parse(message.toString()), 'the subscriber', target);
  } finally {
    socket.terminate();
  }
}

async function addressOf(
  { token }: SubscriptionScenario,
  { api, target }: Setup,
  channel: string,
): Promise<[URL, { headers?: Record<string, string> }]> {
  const url = new URL('/v1/realtime/connect', target.url.replace('http', 'ws'));
  const topics = JSON.stringify([{ channel, name: TOPIC, kind: 'run' }]);
  const { body } = await api.ask('POST', '/v1/realtime/token', topics);
  const { jwt } = body as { jwt: string };
  if (token === 'in the query') url.searchParams.set('token', jwt);
  const shown = token === 'in the header' ? jwt : 'of.no.server';
  return [url, token === 'in the query' ? {} : { headers: { authorization: `Bearer ${shown}` } }];
}

/** @returns the status with which the server refuses the subscription; undefined when the socket opens */
async function statusOf(socket: WebSocket): Promise<number | undefined> {
  const refused = once(socket, 'unexpected-response').then(
    (args) => (args as [ClientRequest, IncomingMessage])[1].statusCode,
  );
  return Promise.race([once(socket, 'open').then(() => undefined), refused]);
}
