import type { FunctionRun } from '../environment/target-api.js';
import { TargetError } from '../environment/target-http.js';
import { cancelAll } from './cancel-all.js';

const run = (id: string, endedAt?: string): FunctionRun => ({
  id,
  status: 'RUNNING',
  appId: 'app',
  functionId: 'fn',
  eventIds: [],
  ...(endedAt !== undefined && { endedAt }),
});

const gone = (): Promise<never> => Promise.reject(new TargetError('http://localhost:8288', 'no connection.'));

describe('Cancelling what was started', () => {
  const runsOf = (eventId: string): Promise<FunctionRun[]> =>
    eventId === 'lost' ? gone() : Promise.resolve([run(`run of ${eventId}`)]);

  it('goes on where one cannot be cancelled, and names what is left', async () => {
    const cancel = (runId: string): Promise<boolean> => {
      if (runId === 'run of b') return gone();
      return Promise.resolve(runId !== 'run of c');
    };
    const { count, left } = await cancelAll(['a', 'b', 'lost', 'c', 'd'], { runsOf }, cancel, () => 0);
    expect(count).toBe(2);
    expect(left.toSorted()).toEqual(['lost', 'run of b', 'run of c']);
  });

  it('leaves alone what has ended', async () => {
    const over = (): Promise<FunctionRun[]> => Promise.resolve([run('over', '2030-01-01T00:00:00.000Z')]);
    expect(await cancelAll(['a'], { runsOf: over }, gone, () => 0)).toEqual({ count: 0, left: [] });
  });

  it('does not keep people waiting for a target that takes long to answer', async () => {
    let time = 0;
    const slow = (): Promise<FunctionRun[]> => {
      time += 5_000;
      return gone();
    };
    const events = Array.from({ length: 100 }, (_, i) => `e${i}`);
    const { left } = await cancelAll(events, { runsOf: slow }, gone, () => time);
    expect(time).toBeLessThan(60_000);
    expect(left).toHaveLength(100);
  });
});
