import { Database } from '../src/embedded/store/database.js';
import { Durable } from './support/durable.js';
import type { InngestHarness } from '../src/testing/nest.js';
import { returned, type Define } from './support/sdk-functions.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const REFUSED = { error: 'The disk with the data of the embedded Inngest is full.', status: 503 };

let durable: Durable;
let inngest: InngestHarness;

beforeEach(() => {
  durable = new Durable();
});

afterEach(() => durable.close());

async function start(define: Define): Promise<void> {
  inngest = await durable.start(define);
}

/** Limits the file to its current number of pages. For SQLite that is the same as a full disk. */
function fill(): void {
  const db = inngest.server.app.get(Database);
  const pages = db.get<{ page_count: number }>('PRAGMA page_count')!.page_count;
  db.script(`PRAGMA max_page_count = ${pages}`);
}

function makeRoom(): void {
  inngest.server.app.get(Database).script('PRAGMA max_page_count = 1000000');
}

/** Sends a large body. The answers to small ones may fit into pages that are already there. */
function post(path: string, body: object): Promise<Response> {
  return fetch(inngest.server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

const large = 'x'.repeat(100_000);
const go = { event: 'go' };

describe('A full disk', () => {
  it('refuses events with 503, keeps what was accepted, and goes on when there is room', async () => {
    const send = (): Promise<Response> => post('/e/test', { name: 'go', data: { text: 'x'.repeat(5_000) } });
    await start((client) => [client.createFunction({ id: 'fn', triggers: go }, () => 'done')]);
    fill();
    const accepted: string[] = [];
    let answer = await send();
    for (; answer.ok; answer = await send())
      accepted.push(((await answer.json()) as { ids: [string] }).ids[0]);

    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(await answer.json()).toMatchObject(REFUSED);
    expect((await inngest.get<{ data: object[] }>('/api/v2/events')).data).toHaveLength(accepted.length);

    makeRoom();
    const later = await send();
    expect(later.status).toBe(200);
    await inngest.until(async () => (await inngest.allRuns()).every((run) => run.status === 'COMPLETED'));
    expect(await inngest.allRuns()).toHaveLength(accepted.length + 1);
  });

  it('makes the result of a step wait for room, rather than lose it', async () => {
    await start((client, clock) => [
      client.createFunction({ id: 'fn', triggers: go, checkpointing: false }, async ({ step }) => {
        const work = (): Promise<string> => clock.sleep(MINUTE).then(() => large);
        return (await step.run('work', durable.noted('work', work))).length;
      }),
    ]);
    const [id] = await inngest.send({ name: 'go' });
    await inngest.advance(30 * SECOND);
    fill();
    await inngest.advance(2 * MINUTE);
    expect((await inngest.run(id)).status).toBe('RUNNING');

    makeRoom();
    const run = await inngest.ended(id);

    expect(returned(run)).toBe(large.length);
    expect(durable.executed).toEqual(['work']);
  });

  it('refuses checkpoints with 503, of which nothing is kept, and takes them when there is room', async () => {
    await start((client, clock) => [
      client.createFunction({ id: 'fn', triggers: go, checkpointing: false }, async ({ step }) => {
        await step.run(
          'before',
          durable.noted('before', () => null),
        );
        await step.run('work', () => clock.sleep(MINUTE));
      }),
    ]);
    const [id] = await inngest.send({ name: 'go' });
    await inngest.advance(SECOND);
    const { id: runId } = await inngest.run(id);
    const db = inngest.server.app.get(Database);
    const call = db.get<{ id: string; generation: number }>('SELECT id, generation FROM queue_item')!;
    const checkpoint = (): Promise<Response> =>
      post(`/v1/checkpoint/${runId}/async`, {
        qi_id: Buffer.from(`${call.id}::`).toString('base64'),
        generation_id: call.generation,
        steps: [
          { op: 'StepRun', id: 'small', name: 'small', data: 'done' },
          { op: 'StepRun', id: 'large', name: 'large', data: large },
        ],
      });
    const names = async (): Promise<string[]> =>
      (await inngest.steps(await inngest.run(id))).map(({ name }) => name);
    fill();

    const answer = await checkpoint();

    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject(REFUSED);
    expect(await names()).toEqual(['before']);

    makeRoom();
    expect((await checkpoint()).status).toBe(200);
    expect(await names()).toEqual(expect.arrayContaining(['small', 'large']));
    expect((await inngest.ended(id)).status).toBe('COMPLETED');
    expect(durable.executed).toEqual(['before']);
  });

  it('lets a run end well whose app reports by checkpoints', async () => {
    await start((client, clock) => [
      client.createFunction({ id: 'fn', triggers: go, checkpointing: true }, async ({ step }) => {
        const work = (): Promise<string> => clock.sleep(MINUTE).then(() => large);
        const text = await step.run('work', durable.noted('work', work));
        await step.run(
          'after',
          durable.noted('after', () => null),
        );
        return text.length;
      }),
    ]);
    const [id] = await inngest.send({ name: 'go' });
    await inngest.advance(30 * SECOND);
    fill();
    await inngest.advance(31 * SECOND);
    expect((await inngest.run(id)).status).toBe('RUNNING');

    makeRoom();
    const run = await inngest.ended(id);

    expect(returned(run)).toBe(large.length);
    expect(durable.executed.at(0)).toBe('work');
    expect(durable.executed.at(-1)).toBe('after');
  });

  it('refuses registrations with 503; the functions that are there stay, and it is made up for', async () => {
    await start((client) => [client.createFunction({ id: 'fn', triggers: go }, () => 'done')]);
    const many: Define = (client) =>
      Array.from({ length: 50 }, (_, index) =>
        client.createFunction({ id: `late-${index}`, name: 'x'.repeat(1_000), triggers: go }, () => 'late'),
      );
    fill();

    await expect(durable.startApp('late', many)).rejects.toThrow(REFUSED.error);

    makeRoom();
    const [before] = await inngest.send({ name: 'go' });
    await inngest.ended(before);
    expect((await inngest.runs(before)).map((run) => run.function.id)).toEqual(['fn']);

    const late = await durable.startApp('late', many);
    const [after] = await inngest.send({ name: 'go' });
    await inngest.ended(after);
    expect(await inngest.runs(after)).toHaveLength(51);
    await late.close();
  });
});
