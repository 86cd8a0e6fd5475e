import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { OpenCalls } from './open-calls.js';

describe('OpenCalls', () => {
  it('waits for the calls that are open, and not for those that come later', async () => {
    const calls = new OpenCalls();
    await calls.ended();
    const first = new EventEmitter();
    const second = new EventEmitter();
    const later = new EventEmitter();
    for (const response of [first, second]) calls.add(response as ServerResponse);

    let hasEnded = false;
    const ended = calls.ended().then(() => (hasEnded = true));
    calls.add(later as ServerResponse);
    first.emit('close');
    await new Promise(setImmediate);
    expect(hasEnded).toBe(false);

    second.emit('close');
    await ended;
  });
});
