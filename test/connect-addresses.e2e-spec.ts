import { VirtualClock } from '../src/clock/index.js';
import { EmbeddedInngest } from '../src/embedded/index.js';
import { connectUrlOf } from '../src/embedded/protocol/connect/connect-url.js';
import type { RegistrationSource } from '../src/embedded/registration/address-changes.js';
import { Registration } from '../src/embedded/registration/registration.js';
import { closeAfterEach } from './support/close-after-each.js';
import { wsFunction } from './support/raw-worker.js';

const HERE = '127.0.0.1';
const FAR = '10.0.0.5';
const FARTHER = '10.0.0.6';

describe('Who may connect as an app', () => {
  const closing = closeAfterEach();

  const start = async (): Promise<Registration> => {
    const server = await EmbeddedInngest.start({ port: 0, logger: false, clock: new VirtualClock() });
    return closing(server).app.get(Registration);
  };

  /** Registers like the gateway does for a worker at this address. */
  const connect = (registration: Registration, from: string, isSigned = false): Promise<unknown> =>
    registration.register(
      {
        appName: 'app',
        url: connectUrlOf('app', isSigned || from === HERE ? undefined : from),
        functions: [wsFunction('app', 'fn', 'go')],
      },
      { kind: 'connection', isSigned, from },
    );

  const overHttp = (registration: Registration, url: string): Promise<unknown> => {
    const step = { id: 'step', name: 'step', runtime: { type: 'http', url } };
    const source: RegistrationSource = { kind: 'request', isSigned: false, from: FAR };
    const fn = { id: 'app-fn', triggers: [{ event: 'go' }], steps: { step } };
    return registration.register({ appName: 'app', url, functions: [fn] }, source);
  };

  it('is, without a key, the first worker; after that, the same address and this machine', async () => {
    const registration = await start();
    await connect(registration, FAR);
    await connect(registration, FAR);
    await expect(connect(registration, FARTHER)).rejects.toThrow(
      'the connection came unsigned from 10.0.0.6.',
    );
    await connect(registration, HERE);
    await connect(registration, HERE);
    await expect(connect(registration, FAR)).rejects.toThrow('the connection came unsigned from 10.0.0.5.');
  });

  it('is every worker that has the key, from any address', async () => {
    const registration = await start();
    for (const from of [FAR, FARTHER, HERE, FAR]) await connect(registration, from, true);
  });

  it('is, without a key, only this machine if the app is served over HTTP; nor may that app return unsigned', async () => {
    const registration = await start();
    const url = 'http://127.0.0.1:9/x';
    await overHttp(registration, url);
    await expect(connect(registration, FAR)).rejects.toThrow('registered at http://127.0.0.1:9/x');
    await connect(registration, HERE);
    await expect(overHttp(registration, url)).rejects.toThrow('the request came unsigned from 10.0.0.5.');
  });
});
