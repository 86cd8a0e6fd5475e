import { parseOptions } from './options.js';

const SECTIONS = ['runs', 'events', 'boot'];
const parse = (...args: string[]): unknown => parseOptions(args, SECTIONS);

describe('The options of the bench', () => {
  it('runs every section of its own server unless told otherwise', () => {
    expect(parse()).toEqual({ sections: SECTIONS, others: [], isQuick: false, isJson: false });
  });

  it('runs sections in their own order', () => {
    expect(parse('--only', 'boot', '--only', 'runs', '--quick', '--json')).toMatchObject({
      sections: ['runs', 'boot'],
      isQuick: true,
      isJson: true,
    });
    expect(parse('--only', 'events,boot')).toMatchObject({ sections: ['events', 'boot'] });
  });

  it('takes other servers, and the processes of some', () => {
    expect(
      parse('--url', 'real=http://127.0.0.1:8288/', '--url', 'older=http://10.0.0.5:1', '--pid', 'real=47'),
    ).toMatchObject({
      others: [
        { name: 'real', url: 'http://127.0.0.1:8288', pid: 47 },
        { name: 'older', url: 'http://10.0.0.5:1' },
      ],
    });
  });

  it.each([
    [['--only', 'all'], '--only all: there are runs, events, boot.'],
    [['--url', 'http://127.0.0.1:8288'], '--url http://127.0.0.1:8288: write NAME=VALUE.'],
    [['--url', 'floor=http://127.0.0.1:8288'], 'write NAME=URL'],
    [['--url', 'real=8288'], 'write NAME=URL'],
    [['--pid', 'real=47'], 'there is no --url real='],
    [['--fast'], "Unknown option '--fast'"],
  ])('refuses %j', (args, message) => {
    expect(() => parse(...args)).toThrow(message);
  });
});
