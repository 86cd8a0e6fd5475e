import { VirtualClock } from '../../clock/index.js';
import { throttle } from '../promises/throttle.js';
import { Table } from '../report/table.js';
import { LiveProgress } from './live-progress.js';

describe('Progress where nothing can be overwritten', () => {
  it('says every now and then how far a long trial is, and how long it will take', async () => {
    const clock = new VirtualClock();
    let written = '';
    const screen = { write: (text: string) => (written += text) };
    // A flood of 200 tasks takes 9 minutes. Most of a minute passes before it begins.
    const progress = new LiveProgress(screen, new Table(false), clock, true, 200);
    progress.begin(throttle, []);
    for (let ended = 1; ended <= 40; ended++) {
      await clock.advance(1_000);
      progress.say(`${ended} of 200 tasks have ended`);
    }
    expect(written.split('\n')).toEqual([
      expect.stringMatching(/^… Of many tasks .* \(about 9 min 45 s left in all\)$/),
      '  10 of 200 tasks have ended, about 9 min 35 s left in all',
      '  20 of 200 tasks have ended, about 9 min 25 s left in all',
      '  30 of 200 tasks have ended, about 9 min 15 s left in all',
      '  40 of 200 tasks have ended, about 9 min 5 s left in all',
      '',
    ]);
  });
});
