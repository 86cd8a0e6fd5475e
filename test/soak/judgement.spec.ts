import { judge, type Sample } from './judgement.js';

const MB = 1024 * 1024;

/** Thirty samples. `change` gets the position of each sample, from 0 (first) to 1 (last). */
function samples(change: (at: number) => Partial<Sample> = () => ({})): Sample[] {
  return Array.from({ length: 30 }, (_, index) => ({
    heap: 50 * MB,
    rss: 150 * MB,
    file: 20 * MB,
    log: 30 * MB,
    latency: 15,
    machine: 10,
    ...change(index / 29),
  }));
}

const bad = (all: readonly Sample[]): string[] =>
  judge(all)
    .filter(({ isGood }) => !isGood)
    .map(({ name }) => name);

describe('The judgement of the soak', () => {
  it('finds nothing in numbers that stay as they are, apart from single ones', () => {
    expect(bad(samples())).toEqual([]);
    expect(bad(samples((at) => (at === 1 ? { latency: 900, rss: 900 * MB, file: 90 * MB } : {})))).toEqual(
      [],
    );
  });

  it.each([
    ['heap', (at: number) => ({ heap: (50 + at * 30) * MB })],
    ['rss', (at: number) => ({ rss: (150 + at * 200) * MB })],
    ['file', (at: number) => ({ file: (20 + at * 30) * MB })],
    ['log', (at: number) => ({ log: (30 + at * 500) * MB })],
    ['latency', (at: number) => ({ latency: 15 + at * 60 })],
  ])('finds growth of %s', (name, change) => {
    expect(bad(samples(change))).toEqual([name]);
  });

  it('does not blame the server for a machine that has become slower', () => {
    const slower = (at: number): Partial<Sample> => ({ latency: 15 + at * 60, machine: 10 + at * 40 });
    expect(bad(samples(slower))).toEqual([]);
  });
});
