import { EmbeddedInngest } from '../src/embedded/index.js';
import { hashOf, signatureOf } from './conformance/setup/signature.js';
import { closeAfterEach } from './support/close-after-each.js';
import { startDemoTasks, task } from './support/demo-task.js';
import type { InngestHarness } from '../src/testing/nest.js';
import { cases } from './support/slow-tests.js';

const OLD = 'a1'.repeat(32);
const NEW = `signkey-prod-${'b2'.repeat(32)}`;
const THIRD = 'c3'.repeat(32);
const closing = closeAfterEach();

interface Keys {
  signingKey: string;
  signingKeyFallback?: string;
}

/** The worker and its server, each with keys of its own. */
async function start(worker: Keys, server: Keys): Promise<InngestHarness> {
  return closing(
    await startDemoTasks({
      environment: {
        INNGEST_SIGNING_KEY: worker.signingKey,
        INNGEST_SIGNING_KEY_FALLBACK: worker.signingKeyFallback ?? '',
      },
      server,
    }),
  );
}

describe('While the signing key is replaced', () => {
  const old = { signingKey: OLD };
  const both = { signingKey: NEW, signingKeyFallback: OLD };
  const replaced = { signingKey: NEW };

  const STAGES: [string, Keys, Keys][] = [
    ['the worker has got the new one, with the old one to fall back on', both, old],
    ['the server has', old, both],
  ];
  const LATER_STAGES: [string, Keys, Keys][] = [
    ['both have', both, both],
    ['the server has only the new one', both, replaced],
    ['the worker has only the new one', replaced, both],
  ];

  it.each(cases(STAGES, LATER_STAGES))('tasks run: %s', async (_when, worker, server) => {
    const inngest = await start(worker, server);
    const [eventId] = await inngest.send(task('rotating', { simulateFailure: true, failAttempts: 1 }));

    expect(await inngest.ended(eventId)).toMatchObject({ status: 'COMPLETED' });
    // The worker's own questions are answered too.
    const status = await fetch(`${inngest.url}/demo-tasks/${eventId}`);
    expect(await status.json()).toMatchObject({ status: 'COMPLETED' });
  });

  it('the worker takes calls with either key, and no third one', async () => {
    const { url } = await start(both, both);
    const event = task('signed');
    const ctx = { run_id: 'r', attempt: 0, stack: { stack: [], current: 0 } };
    const call = { ctx, event, events: [event], steps: {}, version: 2 };
    const statusWith = async (key: string) => {
      const response = await fetch(`${url}/api/inngest?fnId=algojuke-worker-demo-task&stepId=step`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-inngest-signature': signatureOf(call, key) },
        body: JSON.stringify(call),
      });
      return response.status;
    };

    expect([await statusWith(NEW), await statusWith(OLD), await statusWith(THIRD)]).toEqual([206, 206, 401]);
  });

  it('the server takes either key, or its hash, and no third one', async () => {
    const server = closing(await EmbeddedInngest.start({ port: 0, logger: false, ...both }));
    const statusWith = async (shown: string) => {
      const headers = { authorization: `Bearer ${shown}` };
      return (await fetch(`${server.url}/api/v2/runs`, { headers })).status;
    };

    for (const key of [OLD, NEW]) {
      expect([await statusWith(key), await statusWith(hashOf(key))]).toEqual([200, 200]);
    }
    expect([await statusWith(THIRD), await statusWith(hashOf(THIRD))]).toEqual([401, 401]);
  });

  it('there is no fallback without a key', async () => {
    const started = EmbeddedInngest.start({ port: 0, logger: false, signingKeyFallback: OLD });
    await expect(started).rejects.toThrow('A fallback of the signing key needs a signing key.');
  });
});
