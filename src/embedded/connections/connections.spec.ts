import { VirtualClock } from '../../clock/index.js';
import { AppCapacity } from '../functions/app-capacity.js';
import { EmbeddedOptions } from '../settings/embedded-options.js';
import { ConnectTiming } from './connect-timing.js';
import { Connections } from './connections.js';
import type { WorkerConnection } from './worker-connection.js';

const ofId = (id: string): WorkerConnection => ({
  id,
  instanceId: 'instance',
  apps: [{ name: 'app', slugs: new Set(['app-fn']) }],
  maxConcurrency: Infinity,
  isOpen: () => true,
  send: () => undefined,
});

describe('Connections', () => {
  let connections: Connections;

  beforeEach(() => {
    const clock = new VirtualClock();
    connections = new Connections(
      new ConnectTiming(clock, { connect: { clock } } as Partial<EmbeddedOptions> as EmbeddedOptions),
      new AppCapacity(),
    );
  });

  it('keep a connection when an earlier one with the same id ends', () => {
    const [earlier, later] = [ofId('same'), ofId('same')];
    connections.add(earlier);
    connections.add(later);
    connections.enter('same', 'ready');

    connections.remove(earlier);

    expect(connections.takePlace('app', 'app-fn')).toMatchObject({ connection: later });
  });

  it('give no call to a worker whose connection is closing', () => {
    connections.add({ ...ofId('closing'), isOpen: () => false });
    connections.enter('closing', 'ready');
    expect(connections.takePlace('app', 'app-fn')).toBe('none');

    connections.add(ofId('open'));
    connections.enter('open', 'ready');
    expect(connections.takePlace('app', 'app-fn')).toMatchObject({ connection: { id: 'open' } });
  });
});
