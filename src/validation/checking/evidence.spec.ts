import { Evidence } from './evidence.js';

function weighed(api: number | undefined, journal?: number): [measured: string, result: string] {
  const evidence = new Evidence();
  evidence.check({ what: 'a step', expected: '1', api, journal, holds: (count) => count === 1 });
  const [check] = evidence.checks;
  return [check?.measured ?? '', check?.result ?? ''];
}

describe('Evidence', () => {
  it('holds when both witnesses bear it out, or the API alone', () => {
    expect(weighed(1, 1)).toEqual(['1', 'holds']);
    expect(weighed(1)).toEqual(['1', 'holds']);
  });

  it('is broken when both witnesses say so, or the API alone', () => {
    expect(weighed(2, 2)).toEqual(['2', 'broken']);
    expect(weighed(2)).toEqual(['2', 'broken']);
  });

  it('is broken when the witnesses disagree, whichever of them is right', () => {
    expect(weighed(1, 2)).toEqual(['1 by the API, but 2 by the journal', 'broken']);
    expect(weighed(2, 1)).toEqual(['2 by the API, but 1 by the journal', 'broken']);
  });

  it('is not shown when the journal alone bears it out, or nobody tells', () => {
    expect(weighed(undefined, 1)).toEqual(['1 by the journal; the API does not tell', 'unshown']);
    expect(weighed(undefined)).toEqual(['the API does not tell', 'unshown']);
  });

  it('is broken when the journal alone contradicts it', () => {
    expect(weighed(undefined, 2)).toEqual(['2 by the journal; the API does not tell', 'broken']);
  });

  it('lets the witnesses differ as far as they may', () => {
    const evidence = new Evidence();
    const wait = { what: 'the wait', expected: '1 s', holds: (ms: number) => ms >= 1_000, show: String };
    const agree = (a: number, b: number): boolean => Math.abs(a - b) <= 10;
    evidence.check({ ...wait, api: 1_009, journal: 1_000, agree });
    evidence.check({ ...wait, api: 1_011, journal: 1_000, agree });
    evidence.check({ ...wait, api: 1_005, journal: 998, agree });
    expect(evidence.checks.map(({ result }) => result)).toEqual(['holds', 'broken', 'broken']);
  });
});
