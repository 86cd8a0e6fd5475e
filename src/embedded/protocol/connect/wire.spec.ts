import { WorkerConnect } from './messages.js';
import { MalformedMessageError } from './wire.js';

/** An empty app: its tag and its length. */
const APP = Buffer.from([(5 << 3) | 2, 0]);

const withApps = (count: number): Buffer => Buffer.concat(Array.from({ length: count }, () => APP));

describe('A protobuf message', () => {
  it('has a field repeated', () => {
    expect(WorkerConnect.decode(withApps(1_000)).apps).toHaveLength(1_000);
  });

  it('has it repeated only so often, since a few bytes would take much memory each time', () => {
    expect(() => WorkerConnect.decode(withApps(1_001))).toThrow(MalformedMessageError);
  });
});
