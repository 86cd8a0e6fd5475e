import { EventEmitter, once } from 'node:events';
import { renameSync, rmSync } from 'node:fs';
import { Logger } from '@nestjs/common';
import { EmbeddedInngest } from '../src/embedded/index.js';
import { Durable } from './support/durable.js';
import { itSlowly } from './support/slow-tests.js';
import type { InngestHarness } from '../src/testing/nest.js';
import type { Define } from './support/sdk-functions.js';

const HOUR = 3_600_000;
const TAKEN = 'Another embedded Inngest has taken over the data file of this one.';
const GONE = 'The data file of the embedded Inngest was deleted, moved or replaced.';

let durable: Durable;
let inngest: InngestHarness;
const others: EmbeddedInngest[] = [];

beforeEach(() => {
  durable = new Durable();
});

afterEach(async () => {
  await Promise.all(others.splice(0).map((server) => server.close()));
  await durable.close();
  jest.restoreAllMocks();
});

const sleeper: Define = (client) => [
  client.createFunction({ id: 'fn', triggers: { event: 'go' } }, async ({ step }) => {
    await step.run(
      'before',
      durable.noted('before', () => null),
    );
    await step.sleep('nap', HOUR);
    await step.run(
      'after',
      durable.noted('after', () => null),
    );
  }),
];

async function health(url: string, path = '/health'): Promise<{ status: number; error?: string }> {
  const answer = await fetch(url + path);
  return { status: answer.status, error: ((await answer.json()) as { error?: string }).error };
}

async function send(url: string): Promise<number> {
  const answer = await fetch(`${url}/e/test`, { method: 'POST', body: JSON.stringify({ name: 'go' }) });
  await answer.text();
  return answer.status;
}

describe('Two servers on one data file, whose lock was removed', () => {
  itSlowly('execute no step twice: the first one stops, answers 503, and says so', async () => {
    const said: string[] = [];
    jest.spyOn(Logger.prototype, 'error').mockImplementation((line: unknown) => void said.push(String(line)));
    inngest = await durable.start(sleeper);
    const first = inngest.server;
    const taken = jest.fn();
    first.onTaken(taken);
    const [id] = await inngest.send({ name: 'go' });
    await inngest.advance(HOUR / 2);
    rmSync(`${durable.dataFile}.lock`);

    const second = await EmbeddedInngest.start({
      dataFile: durable.dataFile,
      port: 0,
      logger: false,
      clock: inngest.clock,
    });
    others.push(first);
    inngest.server = second;
    await inngest.ended(id);

    expect(durable.executed).toEqual(['before', 'after']);
    expect(await health(first.url)).toEqual({ status: 503, error: TAKEN });
    expect(await health(first.url, '/api/v2/health')).toMatchObject({ status: 503 });
    expect(await send(first.url)).toBe(503);
    expect(await health(second.url)).toMatchObject({ status: 200 });
    expect(taken).toHaveBeenCalledTimes(1);
    expect(said.filter((line) => line.includes('has taken it over'))).toHaveLength(1);
  });
});

describe('A server whose data file another one takes over while a call is under way', () => {
  it('says it once, and nothing of the call, which the other one makes again', async () => {
    const said: string[] = [];
    jest.spyOn(Logger.prototype, 'error').mockImplementation((line: unknown) => void said.push(String(line)));
    const step = new EventEmitter();
    const called = once(step, 'called');
    inngest = await durable.start((client) => [
      client.createFunction({ id: 'fn', triggers: { event: 'go' } }, async (context) =>
        context.step.run(
          'slow',
          durable.noted('slow', async () => {
            const goesOn = once(step, 'goes on');
            step.emit('called');
            await goesOn;
          }),
        ),
      ),
    ]);
    const first = inngest.server;
    await inngest.send({ name: 'go' });
    const advanced = inngest.advance(0);
    await called;
    rmSync(`${durable.dataFile}.lock`);

    const second = await EmbeddedInngest.start({
      dataFile: durable.dataFile,
      port: 0,
      logger: false,
      clock: inngest.clock,
    });
    inngest.server = second;
    step.emit('goes on');
    await advanced;
    await first.close();

    expect(said.filter((line) => line.includes('has taken it over'))).toHaveLength(1);
    expect(said.filter((line) => line.includes('call'))).toEqual([
      expect.stringContaining('has taken it over'),
    ]);
  });
});

describe('A data file that is moved away under its server', () => {
  it('turns the health check to 503, and events away, until it is back', async () => {
    inngest = await durable.start(sleeper);
    const { url } = inngest.server;
    renameSync(durable.dataFile, `${durable.dataFile}.moved`);

    expect(await health(url)).toEqual({ status: 503, error: GONE });
    expect(await send(url)).toBe(503);

    renameSync(`${durable.dataFile}.moved`, durable.dataFile);
    expect(await health(url)).toMatchObject({ status: 200 });
    expect(await send(url)).toBe(200);
  });

  it('is noticed within seconds by a server that nobody asks', async () => {
    inngest = await durable.start(sleeper);
    rmSync(durable.dataFile);

    await inngest.advance(6_000);

    expect(await send(inngest.server.url)).toBe(503);
  });
});
