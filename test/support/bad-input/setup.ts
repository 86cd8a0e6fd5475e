import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Database } from '../../../src/embedded/store/database.js';
import { startDemoTasks } from '../demo-task.js';
import type { InngestHarness, ServedNestApp } from '../../../src/testing/nest.js';
import type { Known } from './routes.js';

/** The number of calls in progress. */
const CALLS = 8;

/**
 * An embedded server, a worker that is registered with it, and an app that never answers its calls. The embedded server makes no
 * further calls, so only the requests of a test can change its state.
 */
export interface BadInputSetup extends Known {
  inngest: InngestHarness<ServedNestApp>;
  /** The state that a refused request must not change, as text. */
  state(): string;
  close(): Promise<void>;
}

export async function startBadInputSetup(): Promise<BadInputSetup> {
  const inngest = await startDemoTasks({ environment: { GRAPHQL: 'true' } });
  const calls: { runId: string; qiId: string; generation: number }[] = [];
  const app = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.method !== 'POST') {
        response.writeHead(503).end();
        return;
      }
      const { ctx } = JSON.parse(Buffer.concat(chunks).toString()) as { ctx: Record<string, unknown> };
      calls.push({
        runId: String(ctx['run_id']),
        qiId: String(ctx['qi_id']),
        generation: Number(ctx['generation_id']),
      });
    });
  }).listen(0, '127.0.0.1');
  await once(app, 'listening');
  const appUrl = `http://127.0.0.1:${(app.address() as AddressInfo).port}/api/inngest`;
  const runtime = { type: 'http', url: `${appUrl}?fnId=app-fn&stepId=step` };
  await inngest.post('/fn/register', {
    appName: 'app',
    url: appUrl,
    functions: [
      {
        id: 'app-fn',
        name: 'fn',
        triggers: [{ event: 'go' }],
        steps: { step: { id: 'step', name: 'step', runtime } },
      },
    ],
  });
  const events = await inngest.send(...Array.from({ length: CALLS }, () => ({ name: 'go', data: { a: 1 } })));
  while (calls.length < CALLS) await new Promise(setImmediate);
  const past = '2020-01-01T00:00:00Z';
  const { data } = await inngest.post<{ data: { id: string } }>('/v1/cancellations', {
    app_id: 'app',
    function_id: 'fn',
    started_before: past,
  });
  await inngest.server.drain(0);
  const db = inngest.server.app.get(Database);
  return {
    inngest,
    calls,
    appUrl,
    ids: [
      ...events.slice(0, 2),
      ...calls.slice(0, 2).map(({ runId }) => runId),
      data.id,
      'app',
      'fn',
      'app-fn',
    ],
    parameters: {
      runId: calls[0]?.runId ?? '',
      id: calls[1]?.runId ?? '',
      eventId: events[0] ?? '',
      app: 'app',
      fn: 'fn',
      key: 'test',
    },
    state: () => String(db.get(STATE)?.['state']),
    close: async () => {
      app.closeAllConnections();
      app.close();
      await inngest.close();
    },
  };
}

/** The checksum of an app stands for the configuration of its functions, which may be large. */
const STATE = `SELECT json_array(
  (SELECT count(*) FROM event),
  (SELECT group_concat(id || status) FROM run),
  (SELECT group_concat(id || run_id || status) FROM step),
  (SELECT count(*) FROM wait),
  (SELECT count(*) FROM timer),
  (SELECT count(*) FROM queue_item),
  (SELECT count(*) FROM deferral),
  (SELECT group_concat(id) FROM cancellation),
  (SELECT group_concat(name || url || checksum) FROM app),
  (SELECT group_concat(id || app_id || coalesce(archived_at, '')) FROM function)
) AS state`;
