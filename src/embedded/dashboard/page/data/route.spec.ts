import { href, parseRoute } from './route.js';

describe('An address', () => {
  it('is read as it was written', () => {
    const { path, query } = parseRoute(
      href(['runs', '01A/B c'], { status: 'FAILED,QUEUED', search: 'a = "b&c"', event: '' }),
    );

    expect(path).toEqual(['runs', '01A/B c']);
    expect(Object.fromEntries(query)).toEqual({ status: 'FAILED,QUEUED', search: 'a = "b&c"' });
  });

  it.each(['', '#', '#/'])('%j is the first page', (hash) => {
    expect(parseRoute(hash).path).toEqual([]);
  });
});
