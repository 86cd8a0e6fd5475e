import { WorkerConnect } from './messages.js';
import { MalformedMessageError } from './wire.js';

/** An empty app: its tag and its length. */
const APP = Buffer.from([(5 << 3) | 2, 0]);

const withApps = (count: number): Buffer => Buffer.concat(Array.from({ length: count }, () => APP));

describe('A protobuf message', () => {
  it('may repeat a field', () => {
    expect(WorkerConnect.decode(withApps(1_000)).apps).toHaveLength(1_000);
  });

  it('may repeat a field at most 1,000 times, because each of these few bytes takes much memory', () => {
    expect(() => WorkerConnect.decode(withApps(1_001))).toThrow(MalformedMessageError);
  });
});
