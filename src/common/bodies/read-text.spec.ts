import { Readable } from 'node:stream';
import { readText } from './read-text.js';

const chunks = (...texts: string[]): Readable => Readable.from(texts.map((text) => Buffer.from(text)));

describe('readText', () => {
  it('joins the chunks, also where they cut a character in two', async () => {
    const [first, second] = [Buffer.from('é').subarray(0, 1), Buffer.from('é').subarray(1)];
    await expect(readText(Readable.from([first, second]), 10, 'the answer')).resolves.toBe('é');
    await expect(readText(chunks(), 10, 'the answer')).resolves.toBe('');
  });

  it('takes as many bytes as allowed, and stops reading at one more', async () => {
    await expect(readText(chunks('1234', '5678'), 8, 'the answer')).resolves.toBe('12345678');
    const body = chunks('1234', '56789', 'never read');
    await expect(readText(body, 8, 'the answer')).rejects.toThrow('the answer is larger than 8 bytes');
    expect(body.destroyed).toBe(true);
  });
});
