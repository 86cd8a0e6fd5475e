import type { InngestPromise } from '../checking/promise.js';
import { inMinutes, TimeLeft } from './time-left.js';

const promise = (seconds: InngestPromise['seconds'], shares?: unknown): InngestPromise =>
  ({ seconds, shares }) as InngestPromise;

describe('Time left', () => {
  it('counts what is to come, and a shared experiment once', () => {
    const promises = [promise((size) => size / 10, 'flood'), promise(10, 'flood'), promise(3), promise(3)];
    const left = new TimeLeft(100);
    expect(promises.map((each, i) => left.begin(each, promises.slice(i + 1)))).toEqual([16, 6, 6, 3]);
  });

  it('is told in minutes and seconds', () => {
    expect([-5, 0.2, 59, 60, 125.5].map(inMinutes)).toEqual(['1 s', '1 s', '59 s', '1 min 0 s', '2 min 6 s']);
  });
});
