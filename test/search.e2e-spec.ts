import type { InngestHarness } from '../src/testing/nest.js';
import { startFunctions } from './support/sdk-functions.js';

interface Found {
  data: { id: string; data?: { n?: number }; trigger?: { eventIds: string[] } }[];
  errors?: { code: string; message: string }[];
}

const TEXTS = [
  'she said "hi"',
  'C:\\temp\\new',
  'first line\nsecond line',
  'Äpfel, Öl und GRÜSSE',
  'Ελληνικός ΛΌΓΟΣ',
  'ПРИВЕТ, мир',
  'tab\there',
];

describe('Search', () => {
  let inngest: InngestHarness;
  let eventIds: string[];

  beforeAll(async () => {
    inngest = await startFunctions((app) => [
      app.createFunction({ id: 'echo', retries: 0, triggers: { event: 'say' } }, ({ event }) => {
        const { text, n } = event.data as { text: string; n: number };
        if (n === 1) throw new Error(text);
        return { said: text, twice: n * 2 };
      }),
      app.createFunction(
        { id: 'batch', triggers: { event: 'many' }, batchEvents: { maxSize: 3, timeout: '10s' } },
        () => 'collected',
      ),
    ]);
    eventIds = await inngest.send(...TEXTS.map((text, n) => ({ name: 'say', data: { text, n } })));
    await inngest.send(...[1, 2, 3].map((n) => ({ name: 'many', data: { n, who: `user ${n}` } })));
    await inngest.allEnded();
  });

  afterAll(() => inngest.close());

  const search = (list: string, text: string): Promise<Found> =>
    inngest.get(`/api/v2/${list}?limit=50&search=${encodeURIComponent(text)}`);
  /** The runs and events that the search finds. */
  const found = async (text: string): Promise<{ runs: number[]; events: number[] }> => {
    const runs = (await search('runs', text)).data.flatMap(({ trigger }) => trigger?.eventIds ?? []);
    const events = (await search('events', text)).data.map(({ id }) => id);
    const numbers = (ids: string[]): number[] =>
      ids.flatMap((id) => (eventIds.includes(id) ? [eventIds.indexOf(id)] : [])).toSorted((a, b) => a - b);
    return { runs: numbers(runs), events: numbers(events) };
  };

  it.each([
    ['said "hi"', 0],
    ['"text": "she said', 0],
    ['"text":"she said', 0],
    ['c:\\TEMP\\new', 1],
    ['line\nsecond', 2],
    ['line\\nsecond', 2],
    ['äpfel, öL', 3],
    ['grüsse', 3],
    ['GRÜSSE', 3],
    ['ΕΛΛΗΝΙΚΌΣ', 4],
    ['λόγος', 4],
    ['привет, МИР', 5],
    ['tab\there', 6],
  ])('finds %j in runs and in events', async (text, n) => {
    expect(await found(text)).toEqual({ runs: [n], events: [n] });
  });

  it.each(['äpfel, ol', 'line second', '%', 'said _hi'])('does not find %j', async (text) => {
    expect(await found(text)).toEqual({ runs: [], events: [] });
  });

  it('finds runs by an expression over any event of their batch', async () => {
    for (const n of [1, 2, 3]) {
      const { data } = await search('runs', `event.name == "many" && event.data.n == ${n}`);
      expect(data).toHaveLength(1);
    }
    expect((await search('runs', 'event.name == "many" && event.data.n == 4')).data).toEqual([]);
    expect((await search('runs', 'event.data.n == 1 && event.data.who == "user 2"')).data).toEqual([]);
  });

  it('finds runs by an expression over their output', async () => {
    const numbers = async (text: string): Promise<number[]> =>
      (await search('runs', text)).data.map(({ trigger }) => eventIds.indexOf(trigger?.eventIds[0] ?? ''));
    expect((await numbers('output.twice >= 10')).toSorted((a, b) => a - b)).toEqual([5, 6]);
    expect(await numbers('output.said.startsWith("tab")')).toEqual([6]);
    expect(await numbers('output.twice == 4 && event.data.n == 2')).toEqual([2]);
    expect(await numbers('output.name == "Error"')).toEqual([1]);
    expect(await numbers('output == "collected"')).toEqual([-1]);
    // A text that is not an expression.
    expect(await numbers('output.json')).toEqual([]);
  });

  it('finds events by an expression', async () => {
    const { data } = await search('events', 'event.data.n == 3');
    expect(data.map(({ data: sent }) => sent?.n)).toEqual([3, 3]);
    expect((await search('events', 'event.name == "many" && event.data.n > 1')).data).toHaveLength(2);
  });

  it.each([
    ['events', 'output.twice == 4', 'Unknown name "output"; the known names are event'],
    ['runs', 'async.data.n == event.data.n', 'Unknown name "async"; the known names are event, output'],
    ['events', 'event.data.n ==', '"search" is not an expression'],
    ['events', 'a'.repeat(201), '"search" has 201 characters; the limit is 200.'],
  ])('refuses for %s: %j', async (list, text, message) => {
    const { errors } = await search(list, text);
    expect(errors).toEqual([{ code: 'invalid_request', message: expect.stringContaining(message) }]);
  });
});
