import { createHash } from 'node:crypto';
import { Inngest } from 'inngest';
import { ulid } from 'ulid';
import { FakeInngest, type FakeRun } from '../../test/support/fake-inngest.js';
import { itSlowly } from '../../test/support/slow-tests.js';
import { VirtualClock } from '../clock/index.js';
import { InngestRegistration } from '../inngest/index.js';
import { InngestApi } from './inngest-api.js';
import { InngestRefusedError } from './inngest-api.errors.js';
import type { RunRecord, SpanRecord } from './run-record.js';
import { RunsService, type EventOutcome } from './runs.service.js';

const NOW = Date.UTC(2026, 10, 23, 13, 49);
const REGISTERED_AT = NOW - 120_000;
const at = (seconds: number): string => new Date(NOW + seconds * 1000).toISOString();

let inngest: FakeInngest;

beforeEach(async () => {
  inngest = await FakeInngest.start();
});

afterEach(() => inngest.close());

function service(client: { signingKey?: string; signingKeyFallback?: string } = {}): RunsService {
  const api = new InngestApi(
    new Inngest({ id: inngest.appId, baseUrl: inngest.url, isDev: true, ...client }),
  );
  const registration = { registeredSince: REGISTERED_AT } as InngestRegistration;
  return new RunsService(api, registration, new VirtualClock(NOW));
}

async function outcomeOf(runs: FakeRun[]): Promise<EventOutcome> {
  const id = inngest.addEvent('demo/task.requested', {}, NOW - 60_000, runs);
  const outcome = await service().ofEvent(id, 'demo/task.requested', 'demo-task');
  if (outcome === undefined) throw new Error('The event was not found.');
  return outcome;
}

const ENDED: FakeRun = {
  id: ulid(NOW),
  status: 'COMPLETED',
  queuedAt: at(0),
  startedAt: at(1),
  endedAt: at(2),
};

it('calls an event queued that Inngest has not delivered yet, however long ago it came', async () => {
  const id = ulid(NOW - 60_000);
  const event = { id, name: 'go', data: {}, receivedAt: NOW - 60_000, waiting: 'waiting to be delivered' };
  const api = { event: () => Promise.resolve(event), runsOfEvent: () => Promise.resolve([]) };
  const registration = { registeredSince: REGISTERED_AT } as InngestRegistration;
  const runs = new RunsService(api as unknown as InngestApi, registration, new VirtualClock(NOW));

  expect(await runs.ofEvent(id, 'go', 'fn')).toMatchObject({
    status: 'QUEUED',
    reason: 'No run yet: the event is waiting to be delivered.',
  });
});

describe('A run whose answers are from different times', () => {
  const failed = (attempt: number): SpanRecord => ({
    name: `Attempt ${attempt}`,
    status: 'FAILED',
    startedAt: at(attempt),
    endedAt: at(attempt),
    children: [],
  });

  /** Reads a run that waits for its third attempt. `attemptsAt` tells how many attempts the n-th trace has. */
  const read = async (attemptsAt: (n: number) => number): Promise<{ traces: number; waiting: unknown }> => {
    const run: RunRecord = { id: ulid(NOW), status: 'RUNNING', queuedAt: at(0), startedAt: at(0) };
    let traces = 0;
    const api = {
      event: (id: string) => Promise.resolve({ id, name: 'go', data: {}, receivedAt: NOW }),
      runsOfEvent: () => Promise.resolve([{ ...run, functionId: 'fn' }]),
      run: () => Promise.resolve(run),
      trace: () => {
        const children = Array.from({ length: attemptsAt(++traces) }, (_, n) => failed(n));
        const step = { name: 'step', stepId: 's', status: 'FAILED', children };
        return Promise.resolve({ name: 'Run', children: [step] });
      },
      jobs: () => Promise.resolve([{ at: at(9), attempt: 2 }]),
    };
    const registration = { registeredSince: REGISTERED_AT } as InngestRegistration;
    const runs = new RunsService(api as unknown as InngestApi, registration, new VirtualClock(NOW));
    const outcome = await runs.ofEvent(ulid(NOW - 60_000), 'go', 'fn');
    return { traces, waiting: outcome?.run?.waiting };
  };

  it('is read again', async () => {
    const waiting = { reason: 'retry', until: at(9), step: 'step', attempt: 2 };
    expect(await read((n) => n)).toEqual({ traces: 2, waiting });
  });

  it('is read three times at most', async () => {
    expect((await read(() => 1)).traces).toBe(3);
  });
});

itSlowly('reads an answer up to a limit', async () => {
  const api = new InngestApi(new Inngest({ id: inngest.appId, baseUrl: inngest.url, isDev: true }));
  inngest.instead = { status: 200, body: { data: 'x'.repeat(65 * 1024 * 1024) } };

  await expect(api.event(ulid(NOW), new AbortController().signal)).rejects.toThrow(
    'its answer is larger than 67108864 bytes.',
  );
});

describe.each([2, 1] as const)('With version %i of the API', (version) => {
  beforeEach(() => {
    inngest.apiVersion = version;
  });

  it('tells a run that has completed', async () => {
    const outcome = await outcomeOf([{ ...ENDED, output: { taskId: 'first' } }]);
    expect(outcome).toMatchObject({
      status: 'COMPLETED',
      run: { id: ENDED.id, output: { taskId: 'first' } },
    });
  });

  it('does not take for finished what has no end time', async () => {
    const sleeping = { ...ENDED, endedAt: undefined, listStatus: version === 1 ? 'Completed' : 'RUNNING' };
    expect(await outcomeOf([sleeping])).toMatchObject({
      status: 'WAITING',
      run: { waiting: { reason: 'sleep' } },
    });
    const retrying = { ...sleeping, status: 'FAILED', listStatus: version === 1 ? 'Failed' : 'RUNNING' };
    expect(await outcomeOf([{ ...retrying, id: ulid(), jobs: [{ at: at(9), attempt: 2 }] }])).toMatchObject({
      status: 'WAITING',
      run: { waiting: { reason: 'retry', attempt: 2, until: at(9) } },
    });
  });

  it('tells a run in the queue', async () => {
    const listStatus = version === 1 ? 'Scheduled' : 'QUEUED';
    const queued = { ...ENDED, status: 'QUEUED', listStatus, startedAt: undefined, endedAt: undefined };
    expect(await outcomeOf([queued])).toMatchObject({
      status: 'QUEUED',
      run: { status: 'QUEUED', queuedAt: at(0) },
    });
  });

  it('describes the newest run, and tells all of them, over several pages', async () => {
    const runs = [5, 1, 4, 2, 3].map((age) => ({ ...ENDED, id: ulid(NOW - age), status: 'FAILED' }));
    const outcome = await outcomeOf([...runs.slice(0, 3), { ...ENDED, id: ulid(NOW + 1) }, ...runs.slice(3)]);
    expect(outcome.status).toBe('COMPLETED');
    expect(outcome.runs).toHaveLength(6);
    expect(outcome.runs[0]).toMatchObject({ id: outcome.run!.id, status: 'COMPLETED' });
    const ids = outcome.runs.map(({ id }) => id);
    expect(ids).toEqual(ids.toSorted((a, b) => b.localeCompare(a)));
  });

  it('leaves out the runs of other functions', async () => {
    const other = { ...ENDED, id: ulid(NOW + 5), functionId: 'other', status: 'FAILED' };
    const outcome = await outcomeOf([ENDED, other]);
    expect(outcome.runs.map(({ id }) => id)).toEqual([ENDED.id]);
  });
});

describe('An event without a run', () => {
  async function reasonAt(receivedAt: number): Promise<string | undefined> {
    const id = inngest.addEvent('demo/task.requested', {}, receivedAt);
    const outcome = await service().ofEvent(id, 'demo/task.requested', 'demo-task');
    expect(outcome).toMatchObject({ status: 'SKIPPED', runs: [] });
    return outcome?.reason;
  }

  it('is a duplicate when it came after the function was registered', async () => {
    expect(await reasonAt(REGISTERED_AT)).toBe(
      'Inngest started no run of demo-task for this event: the event is a duplicate of an earlier one.',
    );
  });

  it('may have met no function when it came before, and says what to do', async () => {
    expect(await reasonAt(REGISTERED_AT - 1)).toBe(
      'Inngest started no run of demo-task for this event, which arrived before 2026-11-23T13:47:00.000Z: demo-task was ' +
        'not registered then, or the event is a duplicate of an earlier one. Send it again; if it is a duplicate, it ' +
        'will again start no run.',
    );
  });
});

describe('Authorisation', () => {
  const hash = (hex: string): string => createHash('sha256').update(Buffer.from(hex, 'hex')).digest('hex');
  const ask = (client: { signingKey?: string; signingKeyFallback?: string }): Promise<unknown> =>
    service(client).ofEvent(ulid(NOW - 60_000), 'demo/task.requested', 'demo-task');

  it('sends no key where there is none', async () => {
    await ask({});
    expect(inngest.received[0]!.headers).not.toHaveProperty('authorization');
  });

  it.each([
    ['bare', '12ab', ''],
    ['prefixed', 'signkey-prod-12ab', 'signkey-prod-'],
  ])('sends the hash of a %s signing key', async (_, signingKey, prefix) => {
    inngest.authorization = `Bearer ${prefix}${hash('12ab')}`;
    expect(await ask({ signingKey })).toBeUndefined();
  });

  it('says which setting to check when the key is wrong', async () => {
    inngest.authorization = 'Bearer another';
    await expect(ask({ signingKey: '12ab' })).rejects.toThrow(InngestRefusedError);
    await expect(ask({ signingKey: '12ab' })).rejects.toThrow(/Check INNGEST_SIGNING_KEY/);
  });

  it('tries the fallback key while keys are being changed', async () => {
    inngest.authorization = `Bearer ${hash('34cd')}`;
    expect(await ask({ signingKey: '12ab', signingKeyFallback: '34cd' })).toBeUndefined();
  });
});
