import { PROMISES } from '../promises/index.js';
import { parseOptions } from './options.js';
import { UsageError } from './usage.error.js';

const parse = (args: string, env: NodeJS.ProcessEnv = {}): ReturnType<typeof parseOptions> =>
  parseOptions(args === '' ? [] : args.split(' '), env, () => 42);

describe('The command line of validate', () => {
  it('asks for everything of the embedded server when it says nothing', () => {
    expect(parse('')).toEqual({
      promises: PROMISES,
      seed: 42,
      tasks: 50,
      details: false,
      json: false,
    });
  });

  it('names an Inngest, a worker and their keys', () => {
    const args =
      '--url http://localhost:8288/ --worker http://localhost:3001 --app a --journal j --signing-key abcd';
    expect(parse(args, { INNGEST_EVENT_KEY: 'key', INNGEST_SIGNING_KEY: 'ffff' })).toMatchObject({
      url: 'http://localhost:8288',
      worker: 'http://localhost:3001',
      app: 'a',
      journal: 'j',
      eventKey: 'key',
      signingKey: 'abcd',
      tasks: 30,
    });
  });

  it('takes the tokens of a worker that it starts from the environment', () => {
    expect(parse('--url http://localhost:8288', { API_TOKENS: 'token-0123456789' })).toMatchObject({
      apiTokens: 'token-0123456789',
    });
  });

  it('takes no keys from the environment for the embedded server', () => {
    expect(parse('', { INNGEST_EVENT_KEY: 'key', INNGEST_SIGNING_KEY: 'ffff' })).not.toHaveProperty(
      'eventKey',
    );
  });

  it('chooses promises, in their own order', () => {
    expect(parse('--only throttle,retries --only steps --seed 7')).toMatchObject({
      promises: [{ id: 'steps' }, { id: 'retries' }, { id: 'throttle' }],
      seed: 7,
    });
  });

  it.each([
    ['--help', 'help'],
    ['-h --only nonsense', 'help'],
    ['--list', 'list'],
  ])('%s', (args, expected) => {
    expect(parse(args)).toBe(expected);
  });

  it.each([
    ['--only steps,nonsense', /no promise "nonsense".*steps/],
    ['--url localhost:8288', /--url must be an http\(s\) address/],
    ['--url ftp://localhost', /--url must be an http\(s\) address/],
    ['--worker http://localhost:3001', /--worker needs --url/],
    ['--url http://localhost:8288 --journal x', /name it with --worker/],
    ['--tasks 20', /--tasks must be a number above 20.*none has to wait/],
    ['--seed x', /--seed must be a whole number/],
    ['--nonsense', /nonsense/],
    ['nonsense', /nonsense/],
  ])('%s is refused', (args, message) => {
    expect(() => parse(args)).toThrow(UsageError);
    expect(() => parse(args)).toThrow(message);
  });
});
