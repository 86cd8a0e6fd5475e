import { createServer, type AddressInfo } from 'node:net';
import { messageOf, networkReason, stackOf } from './error-text.js';

/** A port on which nothing listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('networkReason', () => {
  it('is what fetch hides in the cause of its error', async () => {
    const port = await closedPort();
    const error: unknown = await fetch(`http://127.0.0.1:${port}/`).catch((thrown: unknown) => thrown);
    expect(networkReason(error)).toBe(`connect ECONNREFUSED 127.0.0.1:${port}`);
  });

  it('is that of the first address that was tried', () => {
    const refused = ['::1', '127.0.0.1'].map((address) => new Error(`connect ECONNREFUSED ${address}`));
    expect(networkReason(new TypeError('fetch failed', { cause: new AggregateError(refused) }))).toBe(
      'connect ECONNREFUSED ::1',
    );
  });

  it('is the code of an error without a message, and the text of a value that is no error', () => {
    expect(networkReason(Object.assign(new Error(''), { code: 'ECONNRESET' }))).toBe('ECONNRESET');
    expect(networkReason(new Error(''))).toBe('Error');
    expect(networkReason('reset')).toBe('reset');
  });
});

describe('messageOf and stackOf', () => {
  it('take any thrown value', () => {
    const error = new TypeError('no such thing');
    expect([messageOf(error), messageOf('text'), messageOf(undefined)]).toEqual([
      'no such thing',
      'text',
      'undefined',
    ]);
    expect(stackOf(error)).toContain('error-text.spec.');
    expect(stackOf('text')).toBe('text');
    expect(stackOf(Object.assign(new Error('bare'), { stack: undefined }))).toBe('Error: bare');
  });
});
