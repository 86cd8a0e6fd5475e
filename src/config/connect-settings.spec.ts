import { Settings } from './settings.js';
import { SettingsError } from './settings.error.js';

describe('The settings of the transport', () => {
  it('takes what the SDK reads of a worker that connects', () => {
    const settings = Settings.from({
      INNGEST_TRANSPORT: 'connect',
      INNGEST_CONNECT_MAX_WORKER_CONCURRENCY: '10',
      INNGEST_CONNECT_ISOLATE_EXECUTION: 'false',
      INNGEST_CONNECT_GATEWAY_URL: 'ws://localhost:8289/v0/connect',
    });

    expect(settings).toMatchObject({
      transport: 'connect',
      connect: {
        maxWorkerConcurrency: 10,
        isolateExecution: false,
        gatewayUrl: 'ws://localhost:8289/v0/connect',
      },
      notices: [],
    });
  });

  it.each([
    ['INNGEST_CONNECT_MAX_WORKER_CONCURRENCY', { INNGEST_CONNECT_MAX_WORKER_CONCURRENCY: '1' }, 'serve'],
    ['INNGEST_SERVE_ORIGIN', { INNGEST_TRANSPORT: 'connect', INNGEST_SERVE_ORIGIN: 'http://a' }, 'connect'],
  ])('says that %s is of no use with the other transport', (name, variables, transport) => {
    expect(Settings.from(variables).notices).toEqual([`${name} ignored: INNGEST_TRANSPORT is ${transport}.`]);
  });

  it.each([
    ['INNGEST_TRANSPORT', 'http', 'it must be serve'],
    ['INNGEST_CONNECT_MAX_WORKER_CONCURRENCY', '0', 'how many calls'],
    ['INNGEST_CONNECT_MAX_WORKER_CONCURRENCY', 'many', 'how many calls'],
    ['INNGEST_CONNECT_ISOLATE_EXECUTION', 'maybe', 'true (the connection runs in a separate thread'],
    ['INNGEST_CONNECT_GATEWAY_URL', 'http://localhost:8289', 'the ws(s) address'],
  ])('name a mistake and its fix: %s=%s', (name, value, fix) => {
    const read = (): Settings => Settings.from({ INNGEST_TRANSPORT: 'connect', [name]: value });
    expect(read).toThrow(SettingsError);
    expect(read).toThrow(fix);
  });
});
