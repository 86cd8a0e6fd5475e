import { RetryAfterError } from 'inngest';
import { Database } from '../src/embedded/store/database.js';
import type { InngestHarness } from '../src/testing/nest.js';
import { startFunctions, type Define } from './support/sdk-functions.js';
import { closeAfterEach } from './support/close-after-each.js';
import { runOfRawApp } from './support/raw-app.js';

const LISTS = [
  '/api/v2/runs?includeOutput=true&includeTotal=true',
  '/api/v2/runs?search=event.data.x%20%3D%3D%201',
  '/api/v2/runs?search=x&sort=duration',
  '/api/v2/events?includeInternal=true',
  '/api/v2/apps/test/functions',
  '/api/v2/apps/test/functions/done/runs',
  '/api/v2/apps',
  '/api/v2/jobs',
  '/api/v2/activity',
  '/v1/events',
  '/v1/apps/test/functions',
  '/v1/cancellations',
  '/health',
];

const define: Define = (client) => [
  client.createFunction({ id: 'done', triggers: { event: 'done' } }, async ({ step }) =>
    step.run('work', () => 'result'),
  ),
  client.createFunction({ id: 'waits', triggers: { event: 'waits' } }, async ({ step }) => {
    await step.waitForEvent('wait', { event: 'answer', timeout: '1h', match: 'data.user' });
  }),
  client.createFunction({ id: 'naps', triggers: { event: 'naps' } }, async ({ step }) => {
    await step.sleep('nap', '1h');
  }),
];

describe('A damaged record', () => {
  const opened = closeAfterEach();
  let inngest: InngestHarness;
  let eventIds: string[];

  beforeEach(async () => {
    inngest = opened(await startFunctions(define));
    eventIds = await inngest.send({ name: 'done', data: { x: 1 } }, { name: 'waits' }, { name: 'naps' });
    await inngest.advance(10_000);
  });

  const db = (): Database => inngest.server.app.get(Database);
  const seen = async (path: string): Promise<string> => {
    const response = await fetch(inngest.server.url + path);
    const text = await response.text();
    expect([path, response.status, text]).toEqual([path, 200, text]);
    return text;
  };
  const everyPage = async (): Promise<string> => {
    const runs = await inngest.allRuns();
    const ofRuns = runs.flatMap(({ id }) => [
      `/api/v2/runs/${id}?includeOutput=true`,
      `/api/v2/runs/${id}/trace?includeOutput=true`,
      `/v1/runs/${id}`,
      `/v1/runs/${id}/jobs`,
    ]);
    const ofEvents = eventIds.flatMap((id) => [
      `/api/v2/events/${id}`,
      `/api/v2/events/${id}/runs?includeOutput=true`,
      `/v1/events/${id}`,
      `/v1/events/${id}/runs`,
    ]);
    const pages: string[] = [];
    for (const path of [...LISTS, ...ofRuns, ...ofEvents]) pages.push(await seen(path));
    return pages.join('\n');
  };

  it.each([
    ['run', 'output'],
    ['event', 'data'],
    ['step', 'memo'],
    ['step', 'opts'],
  ])('of the kind %s (%s) is shown as damaged, and every list answers', async (table, column) => {
    for (const damage of ['{"cut off', '']) {
      db().run(`UPDATE ${table} SET ${column} = ? WHERE ${column} IS NOT NULL`, damage);

      expect(await everyPage()).toContain('The data file has no valid JSON here');
    }
  });

  it.each([
    ['run', ['queued_at', 'started_at', 'ended_at']],
    ['event', ['ts', 'received_at']],
    ['step', ['queued_at', 'started_at', 'ended_at']],
    ['attempt', ['queued_at', 'started_at', 'ended_at', 'retry_at']],
    ['timer', ['at']],
    ['queue_item', ['at']],
    ['outcome', ['at']],
    ['wait', ['expires_at']],
    ['app', ['created_at', 'synced_at']],
    ['function', ['created_at']],
  ])('with a date out of range in %s is shown, and every list answers', async (table, columns) => {
    for (const damage of [-1e21, 8.64e15 + 1, 'yesterday']) {
      for (const column of columns) db().run(`UPDATE ${table} SET ${column} = ?`, damage);

      await everyPage();
    }
  });

  it.each([
    ['attempt', 'output', '{'],
    ['run', 'slots', '{'],
    ['run', 'slots', '7'],
    ['event', 'user', '{'],
    ['event', 'sessions', '7'],
    ['wait', 'path', '{'],
    ['lane', 'slots', '{'],
  ])('in %s.%s spoils no list, and other runs go on', async (table, column, damage) => {
    db().run(`UPDATE ${table} SET ${column} = ?`, damage);

    await everyPage();
    const [eventId] = await inngest.send({ name: 'done' });
    expect((await inngest.ended(eventId)).status).toBe('COMPLETED');
  });

  it('of a timer or an event keeps no other from being dealt with', async () => {
    db().run("UPDATE timer SET payload = '{' WHERE kind = 'sleep'");
    const [later] = await inngest.send({ name: 'done', ts: inngest.clock.now() + 60_000 });
    db().run("UPDATE event SET data = '[' WHERE internal_id = ?", later ?? '');
    const [next] = await inngest.send({ name: 'naps' });

    expect((await inngest.ended(next, { within: 2 * 60 * 60 * 1_000 })).status).toBe('COMPLETED');
    expect(await everyPage()).toContain('is damaged');
  });

  it('of a function is mended by its next registration', async () => {
    db().run("UPDATE function SET config = '{' WHERE slug = 'test-done'");

    await inngest.server.sync(`${inngest.app.url}/api/inngest`);
    const [eventId] = await inngest.send({ name: 'done' });

    expect((await inngest.ended(eventId)).status).toBe('COMPLETED');
  });
});

describe('A delay without bounds', () => {
  const opened = closeAfterEach();
  const A_YEAR = 366 * 24 * 60 * 60 * 1_000;

  it.each([1e18, 1e21, new Date(8.64e15)])(
    'of a retry (%s) becomes a year, and the lists answer',
    async (delay) => {
      const inngest = opened(
        await startFunctions((client) => [
          client.createFunction({ id: 'fn', triggers: { event: 'go' }, retries: 1 }, () => {
            throw new RetryAfterError('later', delay);
          }),
        ]),
      );

      const [eventId] = await inngest.send({ name: 'go' });
      await inngest.until(async () => (await inngest.run(eventId)).waiting !== undefined);
      const run = await inngest.run(eventId);

      const until = Date.parse(run.waiting?.until ?? '');
      expect(until - inngest.clock.now()).toBeLessThanOrEqual(A_YEAR);
      expect(until - inngest.clock.now()).toBeGreaterThan(A_YEAR - 60_000);
    },
  );
});

describe('An app', () => {
  const opened = closeAfterEach();

  it.each(['<html>Welcome</html>', '{"cut off', ''])(
    'whose answer of 200 is not JSON (%s) fails the call by name',
    async (body) => {
      const inngest = opened(await startFunctions(() => []));

      const run = await runOfRawApp(inngest, opened, 'fn', () => [200, body]);

      expect(run).toMatchObject({
        status: 'FAILED',
        output: { message: expect.stringContaining('The app answered 200 with a body that is not JSON') },
      });
    },
  );
});
