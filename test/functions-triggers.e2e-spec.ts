import { cron } from 'inngest';
import type { InngestHarness, Run } from '../src/testing/nest.js';
import { returned, startFunctions, type Define } from './support/sdk-functions.js';
import { itSlowly } from './support/slow-tests.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('Triggers', () => {
  let inngest: InngestHarness;

  const start = async (define: Define): Promise<void> => {
    inngest = await startFunctions(define, { server: { retentionMs: 1_000 * DAY } });
  };

  /** The functions that each of these events has started, in order. */
  const startedBy = async (...events: { name: string; data?: unknown }[]): Promise<string[][]> => {
    const ids = await inngest.send(...events);
    await inngest.allEnded();
    const runs = await Promise.all(ids.map((id) => inngest.runs(id)));
    return runs.map((ofEvent) => ofEvent.map((run) => run.function.id).toSorted());
  };

  afterEach(() => inngest.close());

  describe('by events', () => {
    it('start every function that names the event, and only those', async () => {
      await start((app) => [
        app.createFunction({ id: 'a', triggers: { event: 'one' } }, () => undefined),
        app.createFunction({ id: 'b', triggers: [{ event: 'one' }, { event: 'two' }] }, () => undefined),
        app.createFunction({ id: 'c', triggers: { event: 'two' } }, () => undefined),
      ]);

      expect(await startedBy({ name: 'one' }, { name: 'two' }, { name: 'three' })).toEqual([
        ['a', 'b'],
        ['b', 'c'],
        [],
      ]);
    });

    it('start a function under a condition; without the field it does not hold', async () => {
      await start((app) => [
        app.createFunction(
          { id: 'big', triggers: { event: 'paid', if: 'event.data.amount > 100' } },
          () => undefined,
        ),
        app.createFunction(
          { id: 'vip', triggers: { event: 'paid', if: "event.data.user.kind == 'vip'" } },
          () => undefined,
        ),
      ]);

      expect(
        await startedBy(
          { name: 'paid', data: { amount: 101, user: { kind: 'vip' } } },
          { name: 'paid', data: { amount: 100 } },
          { name: 'paid', data: { user: { kind: 'vip' } } },
        ),
      ).toEqual([['big', 'vip'], [], ['vip']]);
    });

    it('start a function once, however many of its triggers fit', async () => {
      await start((app) => [
        app.createFunction(
          {
            id: 'fn',
            triggers: [
              { event: 'go' },
              { event: 'go', if: 'event.data.n > 1' },
              { event: 'go', if: 'event.data.n > 2' },
            ],
          },
          () => undefined,
        ),
      ]);

      expect(await startedBy({ name: 'go', data: { n: 3 } })).toEqual([['fn']]);
    });

    it('may end in a wildcard, behind a slash or a dot', async () => {
      await start((app) => [
        app.createFunction({ id: 'app', triggers: { event: 'app/*' } }, () => undefined),
        app.createFunction({ id: 'user', triggers: { event: 'app/user.*' } }, () => undefined),
      ]);

      expect(
        await startedBy(
          { name: 'app/user.created' },
          { name: 'app/user' },
          { name: 'app' },
          { name: 'apply/user.created' },
        ),
      ).toEqual([['app', 'user'], ['app'], [], []]);
    });

    it('a function without one is only started by an invocation', async () => {
      await start((app) => [
        app.createFunction({ id: 'fn' }, ({ event }) => (event.data as { n: number }).n),
      ]);

      expect(await startedBy({ name: 'inngest' })).toEqual([[]]);
      const { data } = await inngest.post<{ data: { runId: string } }>(
        '/api/v2/apps/test/functions/fn/invoke',
        { data: { n: 5 } },
      );
      await inngest.allEnded();
      const [run] = await inngest.allRuns();
      expect(run?.id).toBe(data.runId);
      expect(returned(run as Run)).toBe(5);
    });
  });

  describe('the events themselves', () => {
    const define: Define = (app) => [
      app.createFunction({ id: 'a', triggers: { event: 'go' } }, ({ event }) => event),
      app.createFunction({ id: 'b', triggers: { event: 'go' } }, () => undefined),
    ];

    it('reach functions as they were sent', async () => {
      await start(define);
      const [id] = await inngest.send({ name: 'go', data: { n: 1 }, id: 'mine', ts: 1_700_000_000_000 });

      expect(returned(await inngest.ended(id))).toMatchObject({
        name: 'go',
        data: { n: 1 },
        id: 'mine',
        ts: 1_700_000_000_000,
      });
    });

    it('of the same id are all stored, and run each function once', async () => {
      await start(define);
      const ids = await inngest.send({ name: 'go', id: 'same' }, { name: 'go', id: 'same' });
      await inngest.allEnded();

      for (const id of ids) {
        expect(await inngest.get(`/v1/events/${id}`)).toMatchObject({
          data: { internal_id: id, id: 'same' },
        });
      }
      expect(new Set(ids).size).toBe(2);
      const runs = await Promise.all(ids.map((id) => inngest.runs(id)));
      expect(runs.map((ofEvent) => ofEvent.map((run) => run.function.id).toSorted())).toEqual([
        ['a', 'b'],
        [],
      ]);
    });

    it('of the future are delivered then', async () => {
      await start(define);
      const at = inngest.clock.now() + 5 * DAY;
      const [id] = await inngest.send({ name: 'go', ts: at });
      await inngest.clock.settled();
      const before = await inngest.runs(id);
      const run = await inngest.ended(id);

      expect(before).toEqual([]);
      expect(run.queuedAt).toBe(new Date(at).toISOString());
    });

    itSlowly('come by many in one request', async () => {
      await start(define);
      const ids = await inngest.send(...Array.from({ length: 60 }, (_, n) => ({ name: 'go', data: { n } })));
      await inngest.allEnded();

      expect(new Set(ids).size).toBe(60);
      expect(await inngest.allRuns()).toHaveLength(120);
    });
  });

  describe('by schedules', () => {
    /** The runs of a function, as the wall of a zone shows when they began. */
    const ticks = async (id: string, zone = 'UTC'): Promise<string[]> => {
      const format = new Intl.DateTimeFormat('sv-SE', {
        timeZone: zone,
        dateStyle: 'short',
        timeStyle: 'medium',
      });
      const runs = (await inngest.allRuns()).filter((run) => run.function.id === id);
      return runs.map(({ startedAt = '' }) => format.format(new Date(startedAt))).toReversed();
    };

    it('tick at the time of a zone', async () => {
      await start((app) => [
        app.createFunction({ id: 'weekly', triggers: [cron('TZ=Europe/Berlin 0 9 * * 1')] }, ({ event }) => ({
          name: event.name,
          cron: (event.data as { cron: string }).cron,
        })),
      ]);
      await inngest.advance(28 * DAY);

      const seen = await ticks('weekly', 'Europe/Berlin');
      expect(seen).toHaveLength(4);
      for (const tick of seen) {
        expect(tick).toMatch(/09:00:00$/);
        expect(new Date(`${tick.slice(0, 10)}T12:00Z`).getUTCDay()).toBe(1);
      }
      const [run] = await inngest.allRuns();
      expect(run?.output).toEqual({ name: 'inngest/scheduled.timer', cron: 'TZ=Europe/Berlin 0 9 * * 1' });
    });

    it('skip a time that clocks skip, and tick twice at one that they show twice', async () => {
      await start((app) => [
        app.createFunction(
          { id: 'nightly', triggers: [cron('TZ=Europe/Berlin 30 2 * 3,10 0')] },
          () => undefined,
        ),
      ]);
      await inngest.advance(366 * DAY);

      const seen = await ticks('nightly', 'Europe/Berlin');
      const days = seen.map((tick) => tick.slice(5, 10));
      // The last Sundays of March and October are when clocks change.
      const lastSunday = (month: number): string => {
        const year = Number(seen.find((tick) => Number(tick.slice(5, 7)) === month)?.slice(0, 4));
        const day = new Date(Date.UTC(year, month, 0));
        day.setUTCDate(day.getUTCDate() - day.getUTCDay());
        return day.toISOString().slice(5, 10);
      };
      expect(days.filter((day) => day === lastSunday(3))).toHaveLength(0);
      expect(days.filter((day) => day === lastSunday(10))).toHaveLength(2);
      expect(new Set(seen.map((tick) => tick.slice(11)))).toEqual(new Set(['02:30:00']));
    });

    it('tick up to their jitter later, and lose no tick for it', async () => {
      await start((app) => [
        app.createFunction(
          { id: 'jittery', triggers: [{ cron: '*/2 * * * *', jitter: '1m' } as { cron: string }] },
          () => undefined,
        ),
      ]);
      await inngest.advance(40 * MINUTE);

      const late = (await inngest.allRuns()).map((run) => Date.parse(run.startedAt ?? '') % (2 * MINUTE));
      expect(late.length).toBeGreaterThanOrEqual(19);
      expect(late.length).toBeLessThanOrEqual(20);
      expect(Math.max(...late)).toBeLessThanOrEqual(MINUTE);
      expect(new Set(late).size).toBeGreaterThan(5);
    });

    it('mix with events, and several schedules tick on their own', async () => {
      await start((app) => [
        app.createFunction(
          { id: 'fn', triggers: [cron('0 * * * *'), cron('30 * * * *'), { event: 'go' }] },
          ({ event }) => event.name,
        ),
      ]);
      await inngest.advance(3 * HOUR);
      const [id] = await inngest.send({ name: 'go' });
      await inngest.ended(id);

      expect(await inngest.allRuns()).toHaveLength(7);
    });

    it('obey the flow control of their function', async () => {
      await start((app, clock) => [
        app.createFunction(
          { id: 'fn', triggers: [cron('* * * * *')], singleton: { mode: 'skip' } },
          async () => {
            await clock.sleep(150 * SECOND);
          },
        ),
      ]);
      await inngest.advance(9 * MINUTE + 59 * SECOND);

      const starts = inngest.starts(await inngest.allRuns());
      const gaps = starts.slice(1).map((at, index) => at - (starts[index] ?? 0));
      expect(new Set(gaps)).toEqual(new Set([3 * MINUTE]));
    });
  });
});
