import { parseCommand } from './command-options.js';
import { helpText } from './help.js';
import { FLAGS } from './flags.js';

/** What is wrong with these arguments, without the last line, which names `--help`. */
function mistakesIn(...args: string[]): string[] {
  try {
    parseCommand(args);
  } catch (error) {
    return (error as Error).message.split('\n').slice(0, -1);
  }
  return [];
}

describe('parseCommand', () => {
  it('has the defaults of the Dev Server', () => {
    expect(parseCommand([])).toEqual({
      kind: 'serve',
      urls: [],
      port: 8288,
      host: '127.0.0.1',
      allowedHosts: [],
      discovers: true,
      polls: true,
      pollIntervalMs: 5_000,
      persists: false,
      clock: 'wall',
    });
  });

  it('reads every flag', () => {
    const args =
      '-u localhost:3000/api/inngest --sdk-url https://a.example/x,http://b.example/y -p 0 --host ::1 ' +
      '--allowed-host host.docker.internal --no-discovery --no-poll --poll-interval=7 --retry-interval 1 --persist --clock wall';
    expect(parseCommand(args.split(' '))).toEqual({
      kind: 'serve',
      urls: ['http://localhost:3000/api/inngest', 'https://a.example/x', 'http://b.example/y'],
      port: 0,
      host: '::1',
      allowedHosts: ['host.docker.internal'],
      discovers: false,
      polls: false,
      pollIntervalMs: 7_000,
      retryIntervalMs: 1_000,
      persists: true,
      clock: 'wall',
    });
  });

  it('takes the Dev Server’s "dev" in the first place, and nowhere else', () => {
    expect(parseCommand(['dev', '-p', '1'])).toMatchObject({ kind: 'serve', port: 1 });
    expect(mistakesIn('-p', '1', 'dev')).toEqual([
      '"dev" is not an option of this command. To name an app\'s address, use --sdk-url.',
    ]);
  });

  it.each([
    [['-h'], 'help'],
    [['--help', '--port', '1'], 'help'],
    [['--version'], 'version'],
    [['-v'], 'version'],
  ])('%p asks for %s', (args, kind) => {
    expect(parseCommand(args)).toEqual({ kind });
  });

  it.each([
    [['--prot', '1'], /^Unknown option --prot\. Known options: --sdk-url, --port, /],
    [['-x'], /^Unknown option -x\./],
    [['--constructor'], /^Unknown option --constructor\./],
    [['--__proto__'], /^Unknown option --__proto__\./],
    [['--tick', '4'], /^The Dev Server's option --tick is not supported: /],
    [['--postgres-uri=x'], /^The Dev Server's option --postgres-uri is not supported: /],
    [['http://localhost:3000'], /^"http:\/\/localhost:3000" is not an option .*--sdk-url/],
    [['--port'], /^--port needs a value: --port <port>\.$/],
    [['--port', '--persist'], /^--port needs a value/],
    [['--port='], /^--port needs a value/],
    [['--persist=true'], /^--persist takes no value, not "true"\.$/],
    [['-p', '1', '--port', '2'], /^--port is given twice\.$/],
    [['--port', '65536'], /^--port must be .*0 to 65535, not "65536"\.$/],
    [['--port', '0x10'], /^--port must be/],
    [['--port=-1'], /^--port must be .*not "-1"\.$/],
    [['--port', '1e3'], /^--port must be/],
    [['--host', 'a b'], /^--host must be a host name or IP address without a port, not "a b"\.$/],
    [['--host', 'localhost:80'], /^--host must be/],
    [['--allowed-host', 'a/b'], /^--allowed-host must be/],
    [['-u', 'ftp://a.example'], /^--sdk-url must be the http\(s\) address/],
    [['-u', 'http://'], /^--sdk-url must be/],
    [['-u', 'a,,b'], /^--sdk-url must be .*not ""\.$/],
    [['--poll-interval', '0'], /^--poll-interval must be a whole number of seconds from 1/],
    [['--poll-interval', '5s'], /^--poll-interval must be/],
    [['--retry-interval', '0.5'], /^--retry-interval must be/],
    [['--clock', 'fake'], /^--clock must be wall or virtual, not "fake"\.$/],
    [['--clock', 'virtual', '--persist'], /^--persist and --clock virtual exclude each other/],
  ])('refuses %p by name', (args, message) => {
    expect(mistakesIn(...args)).toEqual([expect.stringMatching(message)]);
  });

  it('names every mistake', () => {
    expect(mistakesIn('--nope', '--also', '--port')).toHaveLength(3);
    expect(mistakesIn('--port', 'x', '--clock', 'y', '-u', 'ftp://z')).toHaveLength(3);
  });
});

describe('the help', () => {
  it('has every flag', () => {
    for (const { name } of FLAGS) expect(helpText()).toContain(`--${name}`);
  });
});
