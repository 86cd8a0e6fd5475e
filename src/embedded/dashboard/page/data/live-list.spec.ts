import type { Page } from '../../../api/v2/answer-types/envelope.js';
import { LiveList } from './live-list.js';

interface Item {
  id: string;
  version: number;
}

const idOf = (index: number): string => `id-${String(index).padStart(3, '0')}`;

/** A server with 60 items, newest first. It records which items are requested again. */
class Items {
  readonly asked: string[][] = [];
  readonly all: Item[] = Array.from({ length: 60 }, (_, index) => ({ id: idOf(60 - index), version: 1 }));
  isAway = false;
  readonly list = new LiveList<Item>(
    (parameters) => this.read(parameters),
    (change) => (change === 'everything' ? undefined : change.runs),
    [],
    () => undefined,
  );

  change(...ids: string[]): void {
    for (const item of this.all) if (ids.includes(item.id)) item.version++;
    this.list.note({ runs: new Set(ids), events: new Set(), functions: false });
  }

  versionOf(id: string): number | undefined {
    return this.list.items.find((item) => item.id === id)?.version;
  }

  private async read({ ids }: Record<string, string | number | boolean>): Promise<Page<Item>> {
    if (this.isAway) throw new Error('The server does not answer.');
    const wanted = ids === undefined ? undefined : String(ids).split(',');
    if (wanted) this.asked.push(wanted);
    const data = this.all.filter(({ id }) => wanted?.includes(id) ?? true).map((item) => ({ ...item }));
    return { data, metadata: { fetchedAt: '2026-01-01T00:00:00.000Z' }, page: { limit: 100 } };
  }
}

/** Lets pending requests and the rest after them pass. */
async function pass(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  jest.advanceTimersByTime(1_000);
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

describe('A live list', () => {
  let server: Items;

  beforeEach(async () => {
    jest.useFakeTimers();
    server = new Items();
    await pass();
    server.list.setVisible(20, 30);
  });

  afterEach(() => {
    server.list.stop();
    jest.useRealTimers();
  });

  it('reads changed items again: the visible ones now, the others when they become visible', async () => {
    server.change(idOf(35), idOf(3));
    await pass();
    expect(server.asked).toEqual([[idOf(35)]]);
    expect([server.versionOf(idOf(35)), server.versionOf(idOf(3))]).toEqual([2, 1]);

    server.list.setVisible(50, 60);
    await pass();
    expect(server.asked).toEqual([[idOf(35)], [idOf(3)]]);
    expect(server.versionOf(idOf(3))).toBe(2);

    server.list.setVisible(20, 30);
    await pass();
    expect(server.asked).toHaveLength(2);
  });

  it('reads all items again as they become visible, when everything may have changed', async () => {
    server.list.note('everything');
    await pass();
    expect(server.asked.map((ids) => ids.length)).toEqual([10]);

    server.list.setVisible(25, 35);
    await pass();
    expect(server.asked.map((ids) => ids.length)).toEqual([10, 5]);
  });

  it('keeps a change that it could not read', async () => {
    server.isAway = true;
    server.change(idOf(35));
    await pass();
    expect(server.list.error?.message).toBe('The server does not answer.');

    server.isAway = false;
    server.change(idOf(34));
    await pass();
    expect(server.asked).toEqual([[idOf(35), idOf(34)]]);
    expect(server.versionOf(idOf(35))).toBe(2);
  });

  it('reports a new item, and does not move the others', async () => {
    const before = server.list.items;
    server.all.unshift({ id: idOf(61), version: 1 });
    server.change(idOf(61));
    await pass();

    expect(server.list.hasNew).toBe(true);
    expect(server.list.items).toEqual(before);
  });
});
