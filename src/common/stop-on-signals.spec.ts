import { EventEmitter } from 'node:events';
import { VirtualClock } from '../clock/index.js';
import { abortedOnSignal, stopOnSignals } from './stop-on-signals.js';

/** A fake process that receives signals and records how it ends. */
function start(stop: () => Promise<void>) {
  const clock = new VirtualClock();
  const source = new EventEmitter();
  const exits: number[] = [];
  const said: string[] = [];
  stopOnSignals({
    stop,
    graceMs: 8_000,
    exit: (code) => exits.push(code),
    say: (line) => said.push(line),
    clock,
    source,
  });
  const send = (signal: string): void => void source.emit(signal, signal);
  return { clock, exits, said, send };
}

const never = (): Promise<void> => new Promise(() => undefined);

describe('stopOnSignals', () => {
  it.each(['SIGINT', 'SIGTERM'])('stops once at %s and exits 0', async (signal) => {
    let stops = 0;
    const { send, exits, clock } = start(async () => void stops++);
    expect(stops).toBe(0);
    send(signal);
    await clock.settled();
    expect({ stops, exits }).toEqual({ stops: 1, exits: [0] });
  });

  it('waits for the stop, at most 10 s', async () => {
    const { send, exits, clock, said } = start(never);
    send('SIGTERM');
    await clock.advance(9_999);
    expect(exits).toEqual([]);
    await clock.advance(1);
    expect(exits).toEqual([0]);
    expect(said.at(-1)).toMatch(/Some calls did not finish in time/);
  });

  it('ends at once at a second signal', async () => {
    const { send, exits, clock } = start(never);
    send('SIGTERM');
    await clock.advance(1_000);
    send('SIGINT');
    expect(exits).toEqual([130]);
  });

  it('takes the echo of a Ctrl-C, which comes through npm too, for the same wish', async () => {
    const { send, exits, clock } = start(never);
    send('SIGINT');
    await clock.advance(999);
    send('SIGINT');
    expect(exits).toEqual([]);
  });

  it('says what went wrong when the stop fails, and exits 1', async () => {
    const { send, exits, clock, said } = start(() => Promise.reject(new Error('the store is gone')));
    send('SIGTERM');
    await clock.settled();
    expect(exits).toEqual([1]);
    expect(said.at(-1)).toMatch(/the store is gone/);
  });
});

describe('abortedOnSignal', () => {
  it('aborts at the first signal, and ends the process at a second one', async () => {
    const clock = new VirtualClock();
    const source = new EventEmitter();
    const exits: number[] = [];
    const signal = abortedOnSignal({ source, exit: (code) => exits.push(code), clock });
    expect(signal.aborted).toBe(false);
    source.emit('SIGINT', 'SIGINT');
    expect(signal.reason).toEqual(new Error('Interrupted.'));
    source.emit('SIGINT', 'SIGINT');
    expect(exits).toEqual([]);
    await clock.advance(1_000);
    source.emit('SIGTERM', 'SIGTERM');
    expect(exits).toEqual([143]);
  });
});
