import { hostname } from 'node:os';
import { AllowedHosts, type HostRules } from './allowed-hosts.js';

const hosts = (rules: Partial<HostRules> = {}): AllowedHosts =>
  new AllowedHosts({ listen: '127.0.0.1', isDevelopment: true, ...rules });

describe('In development', () => {
  it.each([
    'localhost',
    'LOCALHOST:3001',
    '127.0.0.1:1',
    '127.8.9.10',
    '[::1]:3001',
    'host.docker.internal:3001',
  ])('this machine is right: %s', (host) => {
    expect(hosts().allows(host)).toBe(true);
  });

  it.each([
    undefined,
    '',
    'evil.example',
    'localhost.',
    'x.localhost',
    '127.0.0.1.evil.example',
    '192.168.1.5',
    '[::2]',
    'localhost@evil.example',
    'evil.example@localhost',
    'evil.example/localhost',
    'evil.example#@localhost',
    'localhost evil.example',
  ])('nothing else is: %s', (host) => {
    expect(hosts().allows(host)).toBe(false);
  });

  it.each([
    ['192.168.1.5', '192.168.1.5:3001'],
    ['fd00::5', '[fd00::5]:3001'],
    ['my-machine', 'My-Machine:3001'],
  ])('the address or name that HOST has is right, and no other: %s', (listen, host) => {
    expect(hosts({ listen }).allows(host)).toBe(true);
    expect(hosts({ listen }).allows('192.168.1.6')).toBe(false);
  });

  it.each(['0.0.0.0', '::'])(
    'on every network (%s) addresses and the name of the machine are right',
    (listen) => {
      for (const host of ['192.168.1.5:3001', '[fd00::5]', hostname(), 'localhost']) {
        expect(hosts({ listen }).allows(host)).toBe(true);
      }
      for (const host of ['evil.example', '192.168.1.5.evil.example']) {
        expect(hosts({ listen }).allows(host)).toBe(false);
      }
    },
  );

  it('nothing else is right after a host that is', () => {
    const same = hosts();
    const allowed = ['localhost:1', 'evil.example', 'evil.example', 'localhost:1', undefined].map((host) =>
      same.allows(host),
    );

    expect(allowed).toEqual([true, false, false, true, false]);
  });

  it('ALLOWED_HOSTS adds names, or all', () => {
    const more = ['Tasks.example.com', '10.0.0.5', 'fd00::7'];
    for (const host of ['tasks.example.com:3001', '10.0.0.5', '[fd00::7]:1', 'localhost']) {
      expect(hosts({ more }).allows(host)).toBe(true);
    }
    expect(hosts({ more }).allows('x.tasks.example.com')).toBe(false);
    expect(hosts({ more: ['*'] }).allows('evil.example')).toBe(true);
  });
});

describe('Outside of development', () => {
  it('every Host is right, because a proxy has names of its own', () => {
    expect(hosts({ isDevelopment: false }).allows('tasks.example.com')).toBe(true);
  });

  it('unless ALLOWED_HOSTS says which', () => {
    const named = hosts({ isDevelopment: false, more: ['tasks.example.com'] });

    expect(['tasks.example.com', 'localhost', 'evil.example'].map((host) => named.allows(host))).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe('Pages that may open a WebSocket with a token', () => {
  it('are those of this machine, and of named hosts', () => {
    const named = hosts({ more: ['app.example.com', '*'] });

    expect(named.allowsPagesOf('http://localhost:3000')).toBe(true);
    expect(named.allowsPagesOf('https://app.example.com')).toBe(true);
    for (const origin of [
      'http://evil.example',
      'null',
      'file://localhost',
      '',
      'http://localhost.evil.example',
    ]) {
      expect(named.allowsPagesOf(origin)).toBe(false);
    }
  });
});
