import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeAfterEach } from './support/close-after-each.js';
import { ConnectInngest } from './support/connect-inngest.js';
import { RawWorker } from './support/raw-worker.js';
import { returned } from './support/sdk-functions.js';

describe('A server that starts again', () => {
  const closing = closeAfterEach();

  it('makes a call that was under way again to the next worker, without counting an attempt', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'connect-'));
    closing({ close: () => rm(folder, { recursive: true }) });
    const dataFile = join(folder, 'inngest.db');
    const before = await ConnectInngest.start({ dataFile });
    const worker = await RawWorker.ready(before.server.url);
    const [id] = await before.send({ name: 'go', data: {} });
    await worker.takeCall();
    await before.close();
    await expect(worker.closed).resolves.toMatchObject({ code: 1001, reason: 'connect_gateway_closing' });

    const after = closing(await ConnectInngest.start({ dataFile }));
    await after.clock.settled();
    const next = closing(await RawWorker.ready(after.server.url));
    const call = await next.takeCall();
    next.reply(call, 'done');

    expect(returned(await after.ended(id))).toBe('done');
    expect(JSON.parse(Buffer.from(call.requestPayload).toString())).toMatchObject({ ctx: { attempt: 0 } });
  });
});
