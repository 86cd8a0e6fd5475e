import type { IncomingMessage } from 'node:http';
import { SlowSenders } from './slow-senders.js';

const IDLE_MS = 10_000;
const IDLE_TIMES = 6;
/** The time between two looks. */
const LOOK_MS = IDLE_MS / 4;

describe('A watched sender', () => {
  let senders: SlowSenders;
  let slow: string[];

  beforeEach(() => {
    jest.useFakeTimers();
    senders = new SlowSenders(IDLE_MS, IDLE_TIMES);
    slow = [];
  });
  afterEach(() => jest.useRealTimers());

  /** Watches a sender until it is slow. */
  const watch = (name: string): { socket: { bytesRead: number }; stop: () => void } => {
    const socket = { bytesRead: 0 };
    const stop = senders.watch({ socket } as IncomingMessage, () => {
      slow.push(name);
      stop();
    });
    return { socket, stop };
  };
  /** Lets time pass, with a byte from each sender once a second. */
  const pass = (ms: number, ...sockets: { bytesRead: number }[]): void => {
    for (let passed = 0; passed < ms; passed += 1_000) {
      for (const socket of sockets) socket.bytesRead++;
      jest.advanceTimersByTime(Math.min(1_000, ms - passed));
    }
  };

  it('is slow when it has been silent for the whole time, and not before, whenever it began', () => {
    watch('first');
    pass(1_234);
    watch('second');
    pass(IDLE_MS - 1_234 - 1);
    expect(slow).toEqual([]);
    pass(LOOK_MS + 1);
    expect(slow).toEqual(['first', 'second']);
  });

  it('is not slow while bytes come, until the whole body takes too long', () => {
    const { socket } = watch('dripping');
    watch('silent');
    pass(IDLE_MS * IDLE_TIMES - 1, socket);
    expect(slow).toEqual(['silent']);
    pass(LOOK_MS + 1, socket);
    expect(slow).toEqual(['silent', 'dripping']);
  });

  it('has its whole time again after each byte', () => {
    const { socket } = watch('pausing');
    pass(IDLE_MS - 1);
    socket.bytesRead++;
    pass(IDLE_MS - 1);
    expect(slow).toEqual([]);
    pass(LOOK_MS + 1);
    expect(slow).toEqual(['pausing']);
  });

  it('is left alone when its body has come', () => {
    watch('quick').stop();
    pass(IDLE_MS * IDLE_TIMES * 2);
    expect(slow).toEqual([]);
  });

  it('leaves no timer behind, and the next one is watched, too', () => {
    const ended = jest.spyOn(globalThis, 'clearInterval');
    watch('quick').stop();
    pass(LOOK_MS);
    expect(ended).toHaveBeenCalledTimes(1);
    watch('silent');
    pass(IDLE_MS + LOOK_MS);
    expect(slow).toEqual(['silent']);
    ended.mockRestore();
  });
});
