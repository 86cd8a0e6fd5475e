import type { FunctionRun } from '../environment/target-api.js';
import { RunWatch, type RunSource } from './run-watch.js';

/** The runs of the events `e0`, `e1`, …; those in `over` have ended. */
class Runs implements RunSource {
  readonly asked: string[] = [];
  readonly over = new Set<number>();
  mostAtOnce = 0;
  private atOnce = 0;

  constructor(
    private readonly count: number,
    private readonly listed = true,
  ) {}

  async runsOf(eventId: string): Promise<FunctionRun[]> {
    this.asked.push(eventId);
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
    await new Promise((resolve) => setImmediate(resolve));
    this.atOnce--;
    return [this.run(Number(eventId.slice(1)))];
  }

  runsSince(): Promise<FunctionRun[]> {
    const runs = Array.from({ length: this.count }, (_, i) => this.run(i));
    return Promise.resolve(this.listed ? runs : []);
  }

  private run(i: number): FunctionRun {
    const end = this.over.has(i) && { endedAt: '2030-01-01T00:00:00.000Z' };
    return { id: `r${i}`, status: 'RUNNING', appId: 'app', functionId: 'fn', eventIds: [`e${i}`], ...end };
  }
}

const events = (count: number): string[] => Array.from({ length: count }, (_, i) => `e${i}`);

describe('Watching for runs to end', () => {
  it('counts all that have ended, whatever was sent first', async () => {
    const runs = new Runs(200);
    const watch = new RunWatch(runs, events(200), 0);
    for (const i of [199, 7, 100]) runs.over.add(i);

    expect(await watch.look()).toBe(false);

    expect([...watch.ended.keys()].toSorted()).toEqual(['e100', 'e199', 'e7']);
    expect(runs.asked).toHaveLength(3);
  });

  it('asks for no more than 8 at a time, and once for each', async () => {
    const runs = new Runs(50);
    const watch = new RunWatch(runs, events(50), 0);
    for (let i = 0; i < 50; i++) runs.over.add(i);

    expect(await watch.look()).toBe(true);
    expect(await watch.look()).toBe(true);

    expect(runs.mostAtOnce).toBe(8);
    expect(runs.asked).toHaveLength(50);
  });

  it('asks for each by itself where no list tells of them', async () => {
    const runs = new Runs(3, false);
    const watch = new RunWatch(runs, events(3), 0);
    runs.over.add(1);

    expect(await watch.look()).toBe(false);

    expect([...watch.ended.keys()]).toEqual(['e1']);
    expect(runs.asked).toEqual(['e0', 'e1', 'e2']);
  });
});
