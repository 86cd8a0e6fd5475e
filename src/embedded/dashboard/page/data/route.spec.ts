import { href, parseRoute } from './route.js';

describe('A route', () => {
  it('is parsed to what it was made from', () => {
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
