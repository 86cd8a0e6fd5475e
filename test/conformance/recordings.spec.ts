import { overview } from './overview.js';
import { leftOut, recordings } from './recordings.js';
import { scenarios } from './scenarios/index.js';

describe('the table of conformance', () => {
  const named = scenarios.flatMap((scenario) => scenario.recordings ?? []);

  it.each(recordings)('has a row for %s', (recording) => {
    expect(named).toContain(recording);
  });

  it('names nothing that was not recorded, or that is left out', () => {
    expect(named.filter((name) => !recordings.includes(name))).toEqual([]);
    expect(
      Object.values(leftOut)
        .flat()
        .filter((name) => recordings.includes(name)),
    ).toEqual([]);
  });

  it('says of no row that it was recorded and that it was not', () => {
    expect(scenarios.filter((row) => row.notRecorded && row.recordings).map(({ id }) => id)).toEqual([]);
  });

  it('is listed for readers with what each row was recorded as', () => {
    expect(overview(scenarios.filter(({ id }) => id === 'success-ckpt-off' || id === 'debounce'))).toEqual([
      expect.stringMatching(/^success-ckpt-off: .* \[11-success-ckpt-off, api\/v1-event-runs-nock, .*\]$/),
      expect.stringMatching(/^debounce: .* \[not recorded\]$/),
    ]);
  });
});
